# rclone, which compares what it copied by hash.
cat > rclone.conf <<CONFIG
[flywheel]
type = s3
provider = Other
access_key_id = $ACCESS_KEY
secret_access_key = $SECRET_KEY
endpoint = $ENDPOINT
region = us-east-1
CONFIG
rclone() { command rclone --config "$PWD/rclone.conf" --retries 1 --low-level-retries 1 "$@"; }

rclone mkdir "flywheel:$BUCKET"
mkdir -p "tree/a/deep er" tree/é
head -c 12000000 /dev/urandom > tree/a/large
for i in 1 2 3 4 5 6 7 8; do printf 'file %s' $i > "tree/a/deep er/$i"; done
printf 'accent' > "tree/é/plus+%2F"
: > tree/empty
rclone sync --s3-upload-cutoff 6M --s3-chunk-size 5M tree "flywheel:$BUCKET/tree"
rclone check tree "flywheel:$BUCKET/tree"
rclone check --download tree "flywheel:$BUCKET/tree"
rclone copy "flywheel:$BUCKET/tree" back
diff -r tree back
rm "tree/a/deep er/4"
printf 'changed!' > "tree/a/deep er/5"
rclone sync tree "flywheel:$BUCKET/tree"
rclone check tree "flywheel:$BUCKET/tree"
test "$(rclone lsf -R --files-only "flywheel:$BUCKET/tree" | wc -l)" = 10
rclone moveto "flywheel:$BUCKET/tree/empty" "flywheel:$BUCKET/moved"
printf 'streamed' | rclone rcat "flywheel:$BUCKET/streamed"
test "$(rclone cat "flywheel:$BUCKET/streamed")" = streamed
test "$(rclone size --json "flywheel:$BUCKET/streamed" | grep -o '"bytes":[0-9]*')" = '"bytes":8'
rclone purge "flywheel:$BUCKET"
