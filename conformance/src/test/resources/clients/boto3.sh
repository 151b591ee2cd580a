# boto3, the SDK for Python.
/usr/bin/python3 "$SCRIPTS/boto3_client.py"
