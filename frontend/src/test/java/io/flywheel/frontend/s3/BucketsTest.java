package io.flywheel.frontend.s3;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BucketsTest {
    private final S3Bench s3 = new S3Bench();

    @Test
    void shouldCreateHeadListAndDeleteABucket() throws Exception {
        var created = s3.put("/photos", "");
        assertThat(created.status()).isEqualTo(200);
        assertThat(created.header("location")).isEqualTo("/photos");
        assertThat(s3.head("/photos").header("x-amz-bucket-region")).isEqualTo("us-east-1");
        assertThat(s3.get("/").text())
                .startsWith("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ListAllMyBucketsResult "
                        + "xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Owner><ID>")
                .contains("<Buckets><Bucket><Name>photos</Name><CreationDate>2");
        assertThat(s3.delete("/photos").status()).isEqualTo(204);
        assertThat(s3.head("/photos").status()).isEqualTo(404);
        assertThat(s3.delete("/photos").code()).isEqualTo("NoSuchBucket");
    }

    @Test
    void shouldSucceedWhenCreatedAgainOnlyInTheOldestRegion() throws Exception {
        s3.put("/photos", "");
        assertThat(s3.put("/photos", "").status()).isEqualTo(200);
        var elsewhere = new S3Bench("eu-west-1");
        String here = "<CreateBucketConfiguration><LocationConstraint>eu-west-1</LocationConstraint>"
                + "</CreateBucketConfiguration>";
        assertThat(elsewhere.put("/photos", here).status()).isEqualTo(200);
        var again = elsewhere.put("/photos", here);
        assertThat(again.status()).isEqualTo(409);
        assertThat(again.code()).isEqualTo("BucketAlreadyOwnedByYou");
        assertThat(elsewhere.put("/other", "").code()).isEqualTo("IllegalLocationConstraintException");
        assertThat(elsewhere.get("/photos?location").element("LocationConstraint"))
                .isEmpty();
        assertThat(elsewhere.get("/photos?location").text()).contains(">eu-west-1</LocationConstraint>");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"ab", "Photos", "a_b", "-ab", "ab-", "a..b", "192.168.0.1", "xn--abc", "abc-s3alias", "a.mrap"})
    void shouldRefuseNamesThatCannotBe(String name) throws Exception {
        var answer = s3.put("/" + name, "");
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.code()).isEqualTo("InvalidBucketName");
    }

    @Test
    void shouldRefuseToDeleteABucketThatHoldsSomething() throws Exception {
        s3.put("/photos", "");
        s3.put("/photos/a", "1");
        var refused = s3.delete("/photos");
        assertThat(refused.status()).isEqualTo(409);
        assertThat(refused.code()).isEqualTo("BucketNotEmpty");
    }

    @Test
    void shouldPageThroughBuckets() throws Exception {
        for (String name : new String[] {"aaa", "aab", "bbb"}) {
            s3.put("/" + name, "");
        }
        var first = s3.get("/?max-buckets=1&prefix=aa");
        assertThat(first.text())
                .contains("<Name>aaa</Name>")
                .doesNotContain("aab")
                .contains("<Prefix>aa</Prefix>");
        var second = s3.get("/?max-buckets=1&prefix=aa&continuation-token=" + first.element("ContinuationToken"));
        assertThat(second.text()).contains("<Name>aab</Name>").doesNotContain("<ContinuationToken>");
        assertThat(s3.get("/?continuation-token=abc").code()).isEqualTo("InvalidArgument");
    }

    @Test
    void shouldKeepVersioning() throws Exception {
        s3.put("/photos", "");
        assertThat(s3.get("/photos?versioning").text()).doesNotContain("Status");
        assertThat(s3.put("/photos?versioning", versioning("<Status>Enabled</Status>"))
                        .status())
                .isEqualTo(200);
        assertThat(s3.get("/photos?versioning").element("Status")).isEqualTo("Enabled");
        s3.put("/photos?versioning", versioning("<Status>Suspended</Status>"));
        assertThat(s3.get("/photos?versioning").element("Status")).isEqualTo("Suspended");
    }

    @ParameterizedTest
    @CsvSource({
        "<Status>On</Status>, 400, MalformedXML",
        "'', 400, IllegalVersioningConfigurationException",
        "<Status>Enabled</Status><MfaDelete>Enabled</MfaDelete>, 501, NotImplemented"
    })
    void shouldRefuseVersioningThatIsNone(String inside, int status, String code) throws Exception {
        s3.put("/photos", "");
        var answer = s3.put("/photos?versioning", versioning(inside));
        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.code()).isEqualTo(code);
    }

    private static String versioning(String inside) {
        return "<VersioningConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">" + inside
                + "</VersioningConfiguration>";
    }

    @Test
    void shouldKeepTags() throws Exception {
        s3.put("/photos", "");
        assertThat(s3.get("/photos?tagging").code()).isEqualTo("NoSuchTagSet");
        String tags = "<Tagging><TagSet><Tag><Key>a</Key><Value>1</Value></Tag></TagSet></Tagging>";
        assertThat(s3.put("/photos?tagging", tags).status()).isEqualTo(204);
        assertThat(s3.get("/photos?tagging").text()).contains("<Tag><Key>a</Key><Value>1</Value></Tag>");
        assertThat(s3.delete("/photos?tagging").status()).isEqualTo(204);
        assertThat(s3.get("/photos?tagging").status()).isEqualTo(404);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "acl",
                "policy",
                "lifecycle",
                "cors",
                "replication",
                "encryption",
                "website",
                "object-lock",
                "logging",
                "notification",
                "requestPayment",
                "accelerate",
                "publicAccessBlock",
                "ownershipControls",
                "policyStatus"
            })
    void shouldSayThatASubresourceIsNotImplemented(String subresource) throws Exception {
        s3.put("/photos", "");
        for (String method : new String[] {"GET", "PUT", "DELETE"}) {
            var answer = s3.send(method, "/photos?" + subresource, new byte[0]);
            assertThat(answer.status()).as(method).isEqualTo(501);
            assertThat(answer.code()).isEqualTo("NotImplemented");
        }
    }

    @Test
    void shouldIgnoreParametersThatS3DoesNotKnow() throws Exception {
        s3.put("/photos", "");
        assertThat(s3.get("/photos?x-id=ListObjects&foo=bar").text()).contains("<ListBucketResult");
    }

    @Test
    void shouldRefuseConflictingSubresourcesAndWrongMethods() throws Exception {
        s3.put("/photos", "");
        assertThat(s3.get("/photos?tagging&versioning").code()).isEqualTo("InvalidArgument");
        var wrong = s3.send("PATCH", "/photos", new byte[0]);
        assertThat(wrong.status()).isEqualTo(405);
        assertThat(wrong.code()).isEqualTo("MethodNotAllowed");
    }

    @Test
    void shouldCheckTheExpectedOwner() throws Exception {
        s3.put("/photos", "");
        String number = new S3Options("x", java.util.List.of(), new io.flywheel.namespace.AccountId("ab".repeat(32)))
                .accountNumber();
        assertThat(s3.head("/photos", "x-amz-expected-bucket-owner", number).status())
                .isEqualTo(200);
        assertThat(s3.get("/photos", "x-amz-expected-bucket-owner", "123456789012")
                        .code())
                .isEqualTo("AccessDenied");
        assertThat(s3.get("/photos", "x-amz-expected-bucket-owner", "me").code())
                .isEqualTo("InvalidBucketOwnerAWSAccountID");
    }

    @Test
    void shouldDenyWhoIsNobody() throws Exception {
        var answer = s3.get("/photos/a", "x-test-anonymous", "yes");
        assertThat(answer.status()).isEqualTo(403);
        assertThat(answer.text())
                .isEqualTo("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>AccessDenied</Code>"
                        + "<Message>Access Denied</Message><Resource>/photos/a</Resource>"
                        + "<RequestId>0123456789ABCDEF</RequestId><HostId>host</HostId></Error>");
        assertThat(answer.header("x-amz-id-2")).isEqualTo("host");
    }
}
