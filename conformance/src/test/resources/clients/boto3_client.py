"""boto3 against a running server: what Python programs do most."""

import hashlib
import io
import os
import urllib.request

import boto3
from botocore.client import Config
from botocore.exceptions import ClientError

bucket = os.environ["BUCKET"]


def client(**settings):
    return boto3.client(
        "s3",
        endpoint_url=os.environ["ENDPOINT"],
        region_name="us-east-1",
        aws_access_key_id=os.environ["ACCESS_KEY"],
        aws_secret_access_key=os.environ["SECRET_KEY"],
        config=Config(signature_version="s3v4", s3={"addressing_style": "path"}, retries={"max_attempts": 0}, **settings),
    )


def refused(code, call, **arguments):
    try:
        call(**arguments)
    except ClientError as error:
        assert error.response["Error"]["Code"] == code, error.response
    else:
        raise AssertionError(f"expected {code}")


s3 = client()
s3.create_bucket(Bucket=bucket)
assert bucket in [b["Name"] for b in s3.list_buckets()["Buckets"]]

body = os.urandom(300_000)
for key in ["plain", "é//x", "a/../b", "%2F", "sp ace+plus", "\U0001F680", "trailing/", "?q=1&r#s"]:
    s3.put_object(Bucket=bucket, Key=key, Body=body, Metadata={"colour": "red"}, ContentType="text/x-python")
    found = s3.get_object(Bucket=bucket, Key=key)
    assert found["Body"].read() == body
    assert found["Metadata"] == {"colour": "red"} and found["ContentType"] == "text/x-python"
    assert found["ETag"] == f'"{hashlib.md5(body).hexdigest()}"'
    part = s3.get_object(Bucket=bucket, Key=key, Range="bytes=1000-1999")
    assert part["Body"].read() == body[1000:2000] and part["ContentRange"] == "bytes 1000-1999/300000"
assert len(s3.list_objects_v2(Bucket=bucket)["Contents"]) == 8
refused("NoSuchKey", s3.get_object, Bucket=bucket, Key="nothing")
refused("404", s3.head_object, Bucket=bucket, Key="nothing")
refused("NoSuchBucket", s3.list_objects_v2, Bucket="no-such-bucket-here")
refused("BucketNotEmpty", s3.delete_bucket, Bucket=bucket)

# The transfer manager: parts in parallel, up and down.
large = os.urandom(30_000_000)
s3.upload_fileobj(io.BytesIO(large), bucket, "large")
back = io.BytesIO()
s3.download_fileobj(bucket, "large", back)
assert back.getvalue() == large
assert s3.head_object(Bucket=bucket, Key="large")["ETag"].endswith('-4"')

s3.copy({"Bucket": bucket, "Key": "large"}, bucket, "large copy é")
assert s3.head_object(Bucket=bucket, Key="large copy é")["ContentLength"] == len(large)

url = s3.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "é//x"}, ExpiresIn=60)
assert urllib.request.urlopen(url).read() == body
post = s3.generate_presigned_url("put_object", Params={"Bucket": bucket, "Key": "put by url"}, ExpiresIn=60)
urllib.request.urlopen(urllib.request.Request(post, data=b"by url", method="PUT"))
assert s3.get_object(Bucket=bucket, Key="put by url")["Body"].read() == b"by url"

for i in range(25):
    s3.put_object(Bucket=bucket, Key=f"page/{i:02}", Body=b"")
pages = list(s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix="page/", PaginationConfig={"PageSize": 7}))
assert [o["Key"] for p in pages for o in p["Contents"]] == [f"page/{i:02}" for i in range(25)] and len(pages) == 4

s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
first = s3.put_object(Bucket=bucket, Key="versioned", Body=b"first")["VersionId"]
second = s3.put_object(Bucket=bucket, Key="versioned", Body=b"second")["VersionId"]
assert s3.get_object(Bucket=bucket, Key="versioned", VersionId=first)["Body"].read() == b"first"
assert s3.delete_object(Bucket=bucket, Key="versioned")["DeleteMarker"]
refused("NoSuchKey", s3.get_object, Bucket=bucket, Key="versioned")
listed = s3.list_object_versions(Bucket=bucket, Prefix="versioned")
assert [v["VersionId"] for v in listed["Versions"]] == [second, first] and len(listed["DeleteMarkers"]) == 1

stranger = boto3.client("s3", endpoint_url=os.environ["ENDPOINT"], region_name="us-east-1", aws_access_key_id=os.environ["ACCESS_KEY"],
                        aws_secret_access_key="wrong", config=Config(s3={"addressing_style": "path"}))
refused("SignatureDoesNotMatch", stranger.list_buckets)

versions = boto3.resource("s3", endpoint_url=os.environ["ENDPOINT"], region_name="us-east-1", aws_access_key_id=os.environ["ACCESS_KEY"],
                          aws_secret_access_key=os.environ["SECRET_KEY"], config=Config(s3={"addressing_style": "path"}))
versions.Bucket(bucket).object_versions.delete()
s3.delete_bucket(Bucket=bucket)
