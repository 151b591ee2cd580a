package io.flywheel.frontend.auth;

import static io.flywheel.frontend.auth.SignedRequests.EMPTY;
import static io.flywheel.frontend.auth.SignedRequests.HOST;
import static io.flywheel.frontend.auth.SignedRequests.KEY;
import static io.flywheel.frontend.auth.SignedRequests.TIME;
import static io.flywheel.frontend.auth.SignedRequests.authorization;
import static io.flywheel.frontend.auth.SignedRequests.get;
import static io.flywheel.frontend.auth.SignedRequests.head;
import static io.flywheel.frontend.auth.SignedRequests.presigned;
import static io.flywheel.frontend.auth.SignedRequests.verifier;
import static io.flywheel.frontend.auth.SignedRequests.verifierAt;
import static org.assertj.core.api.Assertions.assertThat;

import io.flywheel.frontend.http.RequestHead;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SignatureV4Test {
    private static void assertAuthenticated(RequestHead head) {
        assertThat(verifier().verify(head))
                .isInstanceOfSatisfying(
                        AuthResult.Authenticated.class,
                        result -> assertThat(result.accessKey()).isEqualTo(KEY));
    }

    private static AuthError rejection(SignatureV4 verifier, RequestHead head) {
        return switch (verifier.verify(head)) {
            case AuthResult.Rejected(var error) -> error;
            case AuthResult.Authenticated other -> throw new AssertionError(other);
            case AuthResult.Anonymous other -> throw new AssertionError(other);
        };
    }

    private static AuthError rejection(RequestHead head) {
        return rejection(verifier(), head);
    }

    private static String s3Code(RequestHead head) {
        return rejection(head).code().s3Code();
    }

    @Test
    void shouldAcceptTheDocumentedGet() {
        assertAuthenticated(get());
    }

    @Test
    void shouldAcceptTheDocumentedPut() {
        assertAuthenticated(head(
                "PUT",
                "/test$file.text",
                "",
                "Host",
                HOST,
                "Date",
                "Fri, 24 May 2013 00:00:00 GMT",
                "Authorization",
                authorization(
                        "date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class",
                        "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"),
                "x-amz-date",
                "20130524T000000Z",
                "x-amz-storage-class",
                "REDUCED_REDUNDANCY",
                "x-amz-content-sha256",
                "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072"));
    }

    @ParameterizedTest
    @CsvSource({
        "lifecycle, fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543",
        "max-keys=2&prefix=J, 34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
        "prefix=J&max-keys=2, 34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
    })
    void shouldAcceptTheDocumentedQueries(String query, String signature) {
        assertAuthenticated(head(
                "GET",
                "/",
                query,
                "Host",
                HOST,
                "Authorization",
                authorization("host;x-amz-content-sha256;x-amz-date", signature),
                "x-amz-date",
                "20130524T000000Z",
                "x-amz-content-sha256",
                EMPTY));
    }

    @Test
    void shouldAcceptTheDocumentedPresignedUrlUntilItExpires() {
        assertAuthenticated(presigned());
        assertThat(verifierAt(TIME + 86400).verify(presigned())).isInstanceOf(AuthResult.Authenticated.class);
        var expired = rejection(verifierAt(TIME + 86401), presigned());
        assertThat(expired.code()).isEqualTo(AuthError.Code.ACCESS_DENIED);
        assertThat(expired.message()).isEqualTo("Request has expired");
        assertThat(expired.details())
                .containsEntry("X-Amz-Expires", "86400")
                .containsEntry("Expires", "2013-05-25T00:00:00Z")
                .containsEntry("ServerTime", "2013-05-25T00:00:01Z");
    }

    /// The path as it travels, and as its client signs it.
    @ParameterizedTest
    @CsvSource({
        "/b/%C3%A9/%2Fx, /b/%C3%A9/%2Fx",
        "/b/%C3%A9/%2Fx, /b/%C3%A9//x",
        "/b/%c3%a9//x, /b/%C3%A9//x",
        "/b/../x, /b/../x",
        "/b/a%20b, /b/a%20b",
        "/b/a+b, /b/a%2Bb",
        "/b/a+b, /b/a+b",
        "/b/%7Ex~, /b/~x~",
        "/b/(a), /b/%28a%29",
        "/b/(a), /b/(a)",
        "/b/%252F, /b/%252F",
        "/b/a%2520b*, /b/a%2520b%2A",
    })
    void shouldAcceptEverySpellingOfAPath(String sent, String canonical) {
        assertAuthenticated(SignedRequests.signed(head("GET", sent, ""), canonical, ""));
    }

    @ParameterizedTest
    @CsvSource({
        "prefix=a+b, prefix=a%20b",
        "prefix=a%20b&delimiter=/, delimiter=%2F&prefix=a%20b",
        "uploads, uploads=",
        "a=2&a=1&a, a=&a=1&a=2",
        "prefix=%c3%a9&&x=~%7e, prefix=%C3%A9&x=~~",
        "a-b=1&a=1, a=1&a-b=1",
        "x=a=b, x=a%3Db",
    })
    void shouldAcceptEverySpellingOfAQuery(String sent, String canonical) {
        assertAuthenticated(SignedRequests.signed(head("GET", "/b", sent), "/b", canonical));
    }

    @Test
    void shouldShowWhatItSignedWhenASignatureDoesNotMatch() {
        var error = rejection(get(authorization("host;range;x-amz-content-sha256;x-amz-date", "0".repeat(64))));
        assertThat(error.code().s3Code()).isEqualTo("SignatureDoesNotMatch");
        assertThat(error.details().get("CanonicalRequest")).isEqualTo("""
            GET
            /test.txt

            host:examplebucket.s3.amazonaws.com
            range:bytes=0-9
            x-amz-content-sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
            x-amz-date:20130524T000000Z

            host;range;x-amz-content-sha256;x-amz-date
            e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\
            """);
        assertThat(error.details().get("StringToSign")).isEqualTo("""
            AWS4-HMAC-SHA256
            20130524T000000Z
            20130524/us-east-1/s3/aws4_request
            7344ae5b7ee6c3e7e6b0fe0640412a37625d1fbfff95c48bbb2dc43964946972\
            """);
        assertThat(s3Code(presigned("x"))).isEqualTo("SignatureDoesNotMatch");
    }

    @Test
    void shouldRefuseUnknownKeys() {
        var error = rejection(get(get().headers().firstOr("authorization", "").replace(KEY, "NOBODY")));
        assertThat(error.code().s3Code()).isEqualTo("InvalidAccessKeyId");
        assertThat(error.details()).containsEntry("AWSAccessKeyId", "NOBODY");
    }

    @Test
    void shouldRefuseASkewedClock() {
        assertThat(verifierAt(TIME + 900).verify(get())).isInstanceOf(AuthResult.Authenticated.class);
        assertThat(verifierAt(TIME - 900).verify(get())).isInstanceOf(AuthResult.Authenticated.class);
        assertThat(rejection(verifierAt(TIME + 901), get()).code().s3Code()).isEqualTo("RequestTimeTooSkewed");
        assertThat(rejection(verifierAt(TIME - 901), get()).code().s3Code()).isEqualTo("RequestTimeTooSkewed");
    }

    @Test
    void shouldNameTheRegionItExpects() {
        var error = rejection(get(get().headers().firstOr("authorization", "").replace("us-east-1", "eu-west-1")));
        assertThat(error.code().s3Code()).isEqualTo("AuthorizationHeaderMalformed");
        assertThat(error.message())
                .isEqualTo("The authorization header is malformed; the region 'eu-west-1' is wrong; expecting"
                        + " 'us-east-1'");
        assertThat(error.details()).containsEntry("Region", "us-east-1");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "AWS AKIA:sig | InvalidRequest",
                "Basic x | InvalidArgument",
                "AWS4-HMAC-SHA256 | InvalidArgument",
                "AWS4-HMAC-SHA256 x | AuthorizationHeaderMalformed",
                "AWS4-HMAC-SHA256 Credential=a/b, SignedHeaders=host, Signature=x | AuthorizationHeaderMalformed",
                "AWS4-HMAC-SHA256 Credential=/20130524/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=x"
                        + " | AuthorizationHeaderMalformed",
                "AWS4-HMAC-SHA256 Credential=A/20130524/us-east-1/ec2/aws4_request, SignedHeaders=host, Signature=x"
                        + " | AuthorizationHeaderMalformed",
                "AWS4-HMAC-SHA256 Credential=A/20130524/us-east-1/s3/aws3, SignedHeaders=host, Signature=x"
                        + " | AuthorizationHeaderMalformed",
                "AWS4-HMAC-SHA256 Credential=A/20130525/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=x"
                        + " | AuthorizationHeaderMalformed",
                "AWS4-HMAC-SHA256 Credential=A/20130524/us-east-1/s3/aws4_request, SignedHeaders=range, Signature=x"
                        + " | AccessDenied",
            })
    void shouldNameWhatIsWrongWithTheHeader(String authorization, String code) {
        assertThat(s3Code(get(authorization))).isEqualTo(code);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "X-Amz-Expires=86400 | X-Amz-Expires=x",
                "X-Amz-Expires=86400 | X-Amz-Expires=-1",
                "X-Amz-Expires=86400 | X-Amz-Expires=604801",
                "X-Amz-Expires=86400 | X-Amz-Bla=1",
                "AWS4-HMAC-SHA256 | AWS5",
                "20130524T000000Z | 20130524",
                "%2Fs3%2F | %2Fec2%2F",
            })
    void shouldNameWhatIsWrongWithTheQuery(String part, String replacement) {
        assertThat(s3Code(head("GET", "/test.txt", presigned().rawQuery().replace(part, replacement), "Host", HOST)))
                .isEqualTo("AuthorizationQueryParametersError");
    }

    @Test
    void shouldRefuseHeadersThatWereNotSigned() {
        var error = rejection(head(
                "GET", "/test.txt", presigned().rawQuery(), "Host", HOST, "x-amz-acl", "public-read", "x-amz-foo", ""));
        assertThat(error.code().s3Code()).isEqualTo("AccessDenied");
        assertThat(error.message()).isEqualTo("There were headers present in the request which were not signed");
        assertThat(error.details()).containsEntry("HeadersNotSigned", "x-amz-acl, x-amz-foo");
    }

    @Test
    void shouldRefuseTwoSignaturesAndAnOldOne() {
        assertThat(s3Code(
                        head("GET", "/", presigned().rawQuery(), "Host", HOST, "Authorization", "AWS4-HMAC-SHA256 x")))
                .isEqualTo("InvalidArgument");
        assertThat(s3Code(head("GET", "/", "AWSAccessKeyId=A&Signature=x&Expires=1", "Host", HOST)))
                .isEqualTo("InvalidRequest");
    }

    @Test
    void shouldRequireAPayloadHashAndADate() {
        String authorization = get().headers().firstOr("authorization", "");
        assertThat(rejection(head(
                                "GET",
                                "/",
                                "",
                                "Host",
                                HOST,
                                "Authorization",
                                authorization,
                                "x-amz-date",
                                "20130524T000000Z"))
                        .message())
                .isEqualTo("Missing required header for this request: x-amz-content-sha256");
        assertThat(s3Code(head(
                        "GET", "/", "", "Host", HOST, "Authorization", authorization, "x-amz-content-sha256", EMPTY)))
                .isEqualTo("AccessDenied");
    }

    @Test
    void shouldLetUnsignedRequestsPassAsAnonymous() {
        assertThat(verifier().verify(head("GET", "/", "list-type=2", "Host", HOST)))
                .isEqualTo(new AuthResult.Anonymous(new PayloadKind.Unsigned()));
        assertThat(verifier()
                        .verify(head(
                                "PUT",
                                "/k",
                                "",
                                "Host",
                                HOST,
                                "x-amz-content-sha256",
                                "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
                                "x-amz-decoded-content-length",
                                "5")))
                .isEqualTo(new AuthResult.Anonymous(new PayloadKind.UnsignedChunks(5)));
        assertThat(s3Code(head("PUT", "/k", "", "Host", HOST, "x-amz-content-sha256", "x")))
                .isEqualTo("InvalidArgument");
        assertThat(s3Code(head(
                        "PUT", "/k", "", "Host", HOST, "x-amz-content-sha256", "STREAMING-UNSIGNED-PAYLOAD-TRAILER")))
                .isEqualTo("MissingContentLength");
    }
}
