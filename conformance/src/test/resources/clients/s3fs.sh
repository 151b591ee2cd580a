# s3fs: a bucket as a file system, which renames by copies and reads by ranges.
( : < /dev/fuse ) 2>/dev/null || skip "no access to /dev/fuse"
mkdir mounted
printf '%s:%s' "$ACCESS_KEY" "$SECRET_KEY" > passwd
chmod 600 passwd
curl -fsS -H 'x-amz-content-sha256: UNSIGNED-PAYLOAD' --aws-sigv4 aws:amz:us-east-1:s3 --user "$ACCESS_KEY:$SECRET_KEY" -X PUT "$ENDPOINT/$BUCKET"
s3fs "$BUCKET" mounted -o url="$ENDPOINT" -o use_path_request_style -o passwd_file=passwd \
  -o endpoint=us-east-1 -o retries=1 -o logfile="$PWD/s3fs.log" 2>mount.log || mount_failed=$?
if [ -n "${mount_failed:-}" ]; then
  cat mount.log s3fs.log
  grep -qi 'fusermount\|permitted' mount.log && skip "mounting is not permitted"
  exit 1
fi
unmount() { fusermount -u mounted || umount mounted; }
trap unmount EXIT

printf 'hello' > mounted/file
test "$(cat mounted/file)" = hello
mkdir -p mounted/dir/sub
head -c 25000000 /dev/urandom > large
cp large mounted/dir/large
cmp large mounted/dir/large
dd if=mounted/dir/large bs=1000 skip=11111 count=3 status=none | cmp - <(dd if=large bs=1000 skip=11111 count=3 status=none)
mv mounted/file "mounted/dir/sub/renamed é"
test "$(cat "mounted/dir/sub/renamed é")" = hello
printf ' world' >> "mounted/dir/sub/renamed é"
test "$(cat "mounted/dir/sub/renamed é")" = 'hello world'
chmod 640 mounted/dir/large
test "$(stat -c %a mounted/dir/large)" = 640
test "$(ls mounted/dir | tr '\n' ' ')" = 'large sub '
ln -s large mounted/dir/link
cmp large mounted/dir/link
truncate -s 100 mounted/dir/large
test "$(stat -c %s mounted/dir/large)" = 100
rm -r mounted/dir
test -z "$(ls mounted)"
