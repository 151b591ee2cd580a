package io.flywheel.loadtest.s3;

import io.flywheel.base.ChecksumAlgorithm;
import io.flywheel.loadtest.http.AsciiBuffer;
import io.flywheel.loadtest.http.Payload;
import io.flywheel.loadtest.http.Request;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// One request of S3: built by one thread, then signed and sent on an event loop.
public final class S3Request implements Request {
    private static final Comparator<Pair> BY_NAME = Comparator.comparing(Pair::name);
    private static final String DATE = "x-amz-date";

    private record Pair(String name, String value) {}

    private final String method;
    private final S3Target target;
    private final String bucket;
    private final String key;
    private final String path;
    private final String host;
    private final List<Pair> query = new ArrayList<>(2);
    private final List<Pair> fields = new ArrayList<>(8);
    private Payload payload = Payload.EMPTY;
    private String claim = Signer.EMPTY_SHA256;
    private boolean expectsContinue;
    private long presignedSeconds;

    /// @param key empty for a request about the bucket; with an empty bucket one about the service
    S3Request(S3Target target, String method, String bucket, String key) {
        this.target = target;
        this.method = method;
        this.bucket = bucket;
        this.key = key;
        this.path = target.path(bucket, key);
        this.host = target.host(bucket);
    }

    /// Adds a parameter; a sub-resource has no value.
    public S3Request query(String name, String value) {
        query.add(new Pair(Percent.value(name), Percent.value(value)));
        return this;
    }

    /// Adds a field.
    ///
    /// @param name in lower case
    public S3Request field(String name, String value) {
        fields.add(new Pair(name, value));
        return this;
    }

    /// Makes it a copy of an object, or of its part.
    public S3Request copyOf(String fromBucket, String fromKey) {
        return field("x-amz-copy-source", "/" + fromBucket + "/" + Percent.path(fromKey));
    }

    /// Gives it a body.
    public S3Request body(Payload body, PayloadForm form, ChecksumAlgorithm checksum) {
        if (form.isChunked()) {
            boolean signs = form.signsChunks();
            payload = new ChunkedPayload(
                    body, form, checksum, signs ? target.signer().orElseThrow() : null);
            field("content-encoding", "aws-chunked");
            field("x-amz-decoded-content-length", Long.toString(body.lengthBytes()));
            if (form.hasTrailer()) {
                field("x-amz-trailer", checksum.header());
            }
            claim = form.claim();
        } else {
            payload = body;
            claim = form == PayloadForm.SIGNED ? ContentPayload.sha256(body) : form.claim();
        }
        return this;
    }

    /// Lets the body wait for the server to want it.
    public S3Request expectingContinue(boolean expects) {
        expectsContinue = expects;
        return this;
    }

    /// Signs it in its URL instead of in its fields, as links for others are.
    public S3Request presigned(long seconds) {
        presignedSeconds = seconds;
        return this;
    }

    /// Empty for a request about the service.
    String bucket() {
        return bucket;
    }

    /// Empty for a request about the bucket.
    String key() {
        return key;
    }

    @Override
    public Payload payload() {
        return payload;
    }

    @Override
    public boolean expectsContinue() {
        return expectsContinue;
    }

    @Override
    public boolean isHead() {
        return method.equals("HEAD");
    }

    @Override
    public void writeHead(AsciiBuffer into) {
        Optional<Signer> signer = target.signer();
        if (signer.isEmpty()) {
            writeUnsigned(into);
        } else if (presignedSeconds > 0) {
            writePresigned(into, signer.get().desk());
        } else {
            writeSigned(into, signer.get());
        }
        if (payload.lengthBytes() > 0 || method.equals("PUT") || method.equals("POST")) {
            into.text("Content-Length: ").number(payload.lengthBytes()).crlf();
        }
        if (expectsContinue) {
            into.text("Expect: 100-continue\r\n");
        }
        into.crlf();
    }

    private void writeUnsigned(AsciiBuffer into) {
        writeLine(into, queryText());
        into.field("host", host);
        fields.forEach(field -> into.field(field.name, field.value));
        if (payload instanceof ChunkedPayload) {
            into.field("x-amz-content-sha256", claim);
        }
    }

    private void writeLine(AsciiBuffer into, String queryText) {
        into.text(method).one(' ').text(path);
        if (!queryText.isEmpty()) {
            into.one('?').text(queryText);
        }
        into.text(" HTTP/1.1\r\n");
    }

    private String queryText() {
        if (query.isEmpty()) {
            return "";
        }
        query.sort(BY_NAME.thenComparing(Pair::value));
        var text = new StringBuilder();
        for (Pair pair : query) {
            text.append(text.isEmpty() ? "" : "&").append(pair.name).append('=').append(pair.value);
        }
        return text.toString();
    }

    private void writeSigned(AsciiBuffer into, Signer signer) {
        Signer.Desk desk = signer.desk();
        List<Pair> signed = signedFields(signer, desk.dateTime());
        String queryText = queryText();
        AsciiBuffer canonical = canonicalStart(desk, queryText);
        writeLine(into, queryText);
        for (int i = 0; i < signed.size(); i++) {
            Pair field = signed.get(i);
            canonical.text(field.name).one(':').text(field.value).one('\n');
            into.field(field.name, field.value);
        }
        canonical.one('\n');
        into.text("Authorization: AWS4-HMAC-SHA256 Credential=").text(desk.credential());
        into.text(",SignedHeaders=");
        int names = into.length();
        for (int i = 0; i < signed.size(); i++) {
            if (i > 0) {
                into.one(';');
            }
            into.text(signed.get(i).name);
        }
        canonical.raw(into.bytes(), names, into.length() - names).one('\n').text(claim);
        byte[] signature = desk.sign();
        into.text(",Signature=").hex(signature).crlf();
        if (payload instanceof ChunkedPayload chunks) {
            chunks.chain(new Signer.Chain(desk.dateTime(), desk.scope(), signature));
        }
    }

    /// All fields are signed; a request that gets another connection gets another date.
    private List<Pair> signedFields(Signer signer, String dateTime) {
        var signed = new ArrayList<Pair>(fields.size() + 4);
        signed.add(new Pair("host", host));
        signed.add(new Pair("x-amz-content-sha256", claim));
        signed.add(new Pair(DATE, dateTime));
        String token = signer.credentials().sessionToken();
        if (!token.isEmpty()) {
            signed.add(new Pair("x-amz-security-token", token));
        }
        if (!fields.isEmpty()) {
            signed.addAll(fields);
            signed.sort(BY_NAME);
        }
        return signed;
    }

    private AsciiBuffer canonicalStart(Signer.Desk desk, String queryText) {
        return desk.canonical()
                .text(method)
                .one('\n')
                .text(path)
                .one('\n')
                .text(queryText)
                .one('\n');
    }

    private void writePresigned(AsciiBuffer into, Signer.Desk desk) {
        List<Pair> own = List.copyOf(query);
        query("X-Amz-Algorithm", "AWS4-HMAC-SHA256");
        query("X-Amz-Credential", desk.credential());
        query("X-Amz-Date", desk.dateTime());
        query("X-Amz-Expires", Long.toString(presignedSeconds));
        query("X-Amz-SignedHeaders", "host");
        target.signer()
                .map(signer -> signer.credentials().sessionToken())
                .filter(token -> !token.isEmpty())
                .ifPresent(token -> query("X-Amz-Security-Token", token));
        String queryText = queryText();
        query.clear();
        query.addAll(own);
        AsciiBuffer canonical = canonicalStart(desk, queryText);
        canonical.text("host:").text(host).text("\n\nhost\nUNSIGNED-PAYLOAD");
        into.text(method).one(' ').text(path).one('?').text(queryText);
        into.text("&X-Amz-Signature=").hex(desk.sign()).text(" HTTP/1.1\r\n");
        into.field("host", host);
    }

    @Override
    public String toString() {
        return method.toUpperCase(Locale.ROOT) + " " + path;
    }
}
