# The command line of AWS: the high-level commands, and the ones that are named after operations.
aws() { command aws --no-cli-pager --endpoint-url "$ENDPOINT" --region us-east-1 --output text "$@"; }
export AWS_ACCESS_KEY_ID=$ACCESS_KEY AWS_SECRET_ACCESS_KEY=$SECRET_KEY AWS_PAGER=
aws configure set default.s3.addressing_style path

aws s3 mb "s3://$BUCKET"
printf 'hello' > small
head -c 20000000 /dev/urandom > large
: > empty
aws s3 cp --no-progress small "s3://$BUCKET/small.txt" --metadata colour=red
aws s3 cp --no-progress large "s3://$BUCKET/dir/large"
aws s3 cp --no-progress empty "s3://$BUCKET/dir/empty"
printf 'piped' | aws s3 cp - "s3://$BUCKET/dir/with space+plus é"
aws s3 ls "s3://$BUCKET/" | grep 'PRE dir/' > /dev/null
aws s3 ls --recursive "s3://$BUCKET" | grep '20000000 dir/large' > /dev/null
aws s3 cp --no-progress "s3://$BUCKET/dir/large" large.back
cmp large large.back
test "$(aws s3 cp "s3://$BUCKET/dir/with space+plus é" -)" = piped

mkdir -p tree/a/b
for i in 1 2 3 4 5 6 7 8 9; do printf 'file %s' $i > "tree/a/b/$i"; done
aws s3 sync --no-progress tree "s3://$BUCKET/tree"
rm tree/a/b/3
aws s3 sync --no-progress --delete tree "s3://$BUCKET/tree"
test "$(aws s3 ls --recursive "s3://$BUCKET/tree/" | wc -l)" = 8
aws s3 sync --no-progress "s3://$BUCKET/tree" back
diff -r tree back
test -z "$(aws s3 sync "s3://$BUCKET/tree" back)"
aws s3 mv --no-progress "s3://$BUCKET/small.txt" "s3://$BUCKET/moved.txt"
refused aws s3 ls "s3://$BUCKET/small.txt"
test "$(aws s3api head-object --bucket "$BUCKET" --key moved.txt --query Metadata.colour)" = red
aws s3 cp --no-progress "s3://$BUCKET/dir/large" "s3://$BUCKET/dir/copy"
test "$(curl -fsS "$(aws s3 presign "s3://$BUCKET/moved.txt")")" = hello

aws s3api put-bucket-versioning --bucket "$BUCKET" --versioning-configuration Status=Enabled
version=$(aws s3api put-object --bucket "$BUCKET" --key versioned --body small --checksum-algorithm CRC32C --query VersionId)
aws s3api delete-object --bucket "$BUCKET" --key versioned
aws s3api get-object --bucket "$BUCKET" --key versioned --version-id "$version" --checksum-mode ENABLED small.back
cmp small small.back
aws s3api delete-object --bucket "$BUCKET" --key versioned --version-id "$version"
marker=$(aws s3api list-object-versions --bucket "$BUCKET" --prefix versioned --query 'DeleteMarkers[0].VersionId')
aws s3api delete-object --bucket "$BUCKET" --key versioned --version-id "$marker"
aws s3api put-bucket-versioning --bucket "$BUCKET" --versioning-configuration Status=Suspended
aws s3api put-object-tagging --bucket "$BUCKET" --key moved.txt --tagging 'TagSet=[{Key=k,Value=v}]'
test "$(aws s3api get-object-tagging --bucket "$BUCKET" --key moved.txt --query 'TagSet[0].Value')" = v
aws s3api get-object-attributes --bucket "$BUCKET" --key dir/large --object-attributes ObjectSize ETag | grep 20000000 > /dev/null
upload=$(aws s3api create-multipart-upload --bucket "$BUCKET" --key parts --query UploadId)
part=$(aws s3api upload-part --bucket "$BUCKET" --key parts --upload-id "$upload" --part-number 1 --body small --query ETag)
test "$(aws s3api list-multipart-uploads --bucket "$BUCKET" --query 'Uploads[0].Key')" = parts
aws s3api complete-multipart-upload --bucket "$BUCKET" --key parts --upload-id "$upload" \
  --multipart-upload "{\"Parts\":[{\"ETag\":$(printf '%s' "$part" | sed 's/"/\\"/g; s/^/"/; s/$/"/'),\"PartNumber\":1}]}"
test "$(aws s3 cp "s3://$BUCKET/parts" -)" = hello
refused aws s3 rb "s3://$BUCKET"
# The objects from before versioning are null versions: a delete while suspended leaves a marker for each.
aws s3 rm --recursive "s3://$BUCKET"
aws s3api list-object-versions --bucket "$BUCKET" --query 'DeleteMarkers[].[Key,VersionId]' > markers
while IFS="$(printf '\t')" read -r key id; do
  aws s3api delete-object --bucket "$BUCKET" --key "$key" --version-id "$id"
done < markers
aws s3 rb "s3://$BUCKET"
