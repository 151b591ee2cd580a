package io.flywheel.frontend.s3;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ListingTest {
    private static final Pattern KEY = Pattern.compile("<Key>([^<]*)</Key>");
    private static final Pattern PREFIX = Pattern.compile("<CommonPrefixes><Prefix>([^<]*)</Prefix>");

    private final S3Bench s3 = new S3Bench();

    @BeforeEach
    void fill() throws Exception {
        s3.put("/bucket", "");
        for (String key : List.of("a", "a/1", "a/2", "b/1", "c", "d%20e", "f%01")) {
            s3.put("/bucket/" + key, "x");
        }
    }

    private static List<String> all(Pattern pattern, String text) {
        List<String> found = new ArrayList<>();
        var matcher = pattern.matcher(text);
        while (matcher.find()) {
            found.add(matcher.group(1));
        }
        return found;
    }

    @Test
    void shouldListWithADelimiter() throws Exception {
        String text = s3.get("/bucket?list-type=2&delimiter=/").text();
        assertThat(all(KEY, text)).containsExactly("a", "c", "d e", "f&#x1;");
        assertThat(all(PREFIX, text)).containsExactly("a/", "b/");
        assertThat(text)
                .contains("<KeyCount>6</KeyCount><MaxKeys>1000</MaxKeys><Delimiter>/</Delimiter>"
                        + "<IsTruncated>false</IsTruncated>")
                .doesNotContain("<Owner>");
    }

    @Test
    void shouldListAPrefixWithOwners() throws Exception {
        String text = s3.get("/bucket?list-type=2&prefix=a/&fetch-owner=true&start-after=a/1")
                .text();
        assertThat(all(KEY, text)).containsExactly("a/2");
        assertThat(text).contains("<Owner><ID>abab").contains("<StartAfter>a/1</StartAfter>");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5})
    void shouldReturnEveryNameOncePageByPage(int pageKeys) throws Exception {
        List<String> keys = new ArrayList<>();
        List<String> prefixes = new ArrayList<>();
        String token = "";
        int pages = 0;
        do {
            var page = s3.get("/bucket?list-type=2&delimiter=/&max-keys=" + pageKeys
                    + (token.isEmpty() ? "" : "&continuation-token=" + token));
            keys.addAll(all(KEY, page.text()));
            prefixes.addAll(all(PREFIX, page.text()));
            token = page.element("NextContinuationToken");
            assertThat(page.element("IsTruncated")).isEqualTo(token.isEmpty() ? "false" : "true");
        } while (!token.isEmpty() && ++pages < 20);
        assertThat(keys).containsExactly("a", "c", "d e", "f&#x1;");
        assertThat(prefixes).containsExactly("a/", "b/");
    }

    @Test
    void shouldGoOnFromAMarkerInVersion1() throws Exception {
        var first = s3.get("/bucket?delimiter=/&max-keys=2");
        assertThat(first.element("NextMarker")).isEqualTo("a/");
        var second = s3.get("/bucket?delimiter=/&max-keys=2&marker=a/");
        assertThat(all(PREFIX, second.text())).containsExactly("b/");
        assertThat(all(KEY, second.text())).containsExactly("c");
        assertThat(second.text()).contains("<Owner>").contains("<Marker>a/</Marker>");
        assertThat(s3.get("/bucket?max-keys=2").text()).doesNotContain("NextMarker");
    }

    @Test
    void shouldEncodeNamesWhenAsked() throws Exception {
        String text =
                s3.get("/bucket?list-type=2&encoding-type=url&prefix=d%20").text();
        assertThat(all(KEY, text)).containsExactly("d+e");
        assertThat(text).contains("<Prefix>d+</Prefix>").contains("<EncodingType>url</EncodingType>");
    }

    @Test
    void shouldReturnNothingForZeroKeys() throws Exception {
        var page = s3.get("/bucket?list-type=2&max-keys=0");
        assertThat(page.element("IsTruncated")).isEqualTo("false");
        assertThat(page.element("KeyCount")).isEqualTo("0");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "max-keys=-1",
                "max-keys=x",
                "list-type=2&continuation-token=zzz",
                "list-type=2&continuation-token=",
                "encoding-type=base64",
                "versions&version-id-marker=null",
                "uploads&max-uploads=x"
            })
    void shouldRefuseMalformedParameters(String query) throws Exception {
        var answer = s3.get("/bucket?" + query);
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.code()).isEqualTo("InvalidArgument");
    }

    @Test
    void shouldSayThatThereIsNoBucket() throws Exception {
        for (String query : List.of("", "?list-type=2", "?versions", "?uploads", "?location", "?tagging")) {
            var answer = s3.get("/nothing" + query);
            assertThat(answer.status()).isEqualTo(404);
            assertThat(answer.code()).isEqualTo("NoSuchBucket");
            assertThat(answer.element("BucketName")).isEqualTo("nothing");
        }
    }
}
