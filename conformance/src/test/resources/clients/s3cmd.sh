# s3cmd, which signs every way it knows and encodes keys for itself.
host=${ENDPOINT#http://}
cat > s3cfg <<CONFIG
[default]
access_key = $ACCESS_KEY
secret_key = $SECRET_KEY
host_base = $host
host_bucket = $host
use_https = False
signature_v2 = False
bucket_location = us-east-1
CONFIG
s3cmd() { command s3cmd -c "$PWD/s3cfg" --no-progress "$@"; }

s3cmd mb "s3://$BUCKET"
printf 'hello' > small
head -c 33000000 /dev/urandom > large
s3cmd put small "s3://$BUCKET/small"
s3cmd put large "s3://$BUCKET/dir/large"
s3cmd put small "s3://$BUCKET/dir/with space+plus é"
s3cmd get "s3://$BUCKET/dir/large" large.back
cmp large large.back
s3cmd get "s3://$BUCKET/dir/with space+plus é" small.back
cmp small small.back
s3cmd ls "s3://$BUCKET/" | grep 'DIR .*dir/' > /dev/null
s3cmd info "s3://$BUCKET/small" | grep 'MD5 sum: *5d41402abc4b2a76b9719d911017c592' > /dev/null
s3cmd cp "s3://$BUCKET/small" "s3://$BUCKET/copy"
s3cmd mv "s3://$BUCKET/copy" "s3://$BUCKET/moved"
mkdir -p tree/a
for i in 1 2 3 4 5; do printf 'file %s' $i > "tree/a/$i"; done
s3cmd sync tree/ "s3://$BUCKET/tree/"
rm tree/a/2
s3cmd sync --delete-removed tree/ "s3://$BUCKET/tree/"
s3cmd sync "s3://$BUCKET/tree/" back/
diff -r tree back
test "$(s3cmd du "s3://$BUCKET/tree/" | awk '{print $1}')" = 24
s3cmd del --recursive --force "s3://$BUCKET"
test -z "$(s3cmd ls "s3://$BUCKET")"
s3cmd rb "s3://$BUCKET"
