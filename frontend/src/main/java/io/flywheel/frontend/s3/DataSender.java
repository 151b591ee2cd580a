package io.flywheel.frontend.s3;

import io.flywheel.frontend.http.Exchange;
import io.flywheel.frontend.http.Headers;
import io.flywheel.frontend.http.Response;
import io.flywheel.frontend.http.ResponseStream;
import io.flywheel.frontend.s3.error.S3Error;
import io.flywheel.objects.DataReader;

/// Sends the bytes of an object. Once the head has left nothing but the object's bytes may follow: whatever goes wrong
/// then cuts the connection.
final class DataSender {
    private final Backend backend;

    DataSender(Backend backend) {
        this.backend = backend;
    }

    /// @throws io.flywheel.frontend.s3.error.S3Failure while nothing was sent yet
    void send(Exchange exchange, S3Response.Data data, Headers headers) {
        try (var _ = data.lease();
                DataReader reader = backend.data().reader(data.content(), data.offset(), data.length())) {
            switch (reader.next()) {
                case DataReader.Step.Piece first -> {
                    if (first.bytes().remaining() == data.length()) {
                        exchange.respond(Response.of(data.status(), headers, first.bytes(), first.release()));
                    } else {
                        stream(exchange.stream(data.status(), headers, data.length()), reader, first);
                    }
                }
                case DataReader.Step.End end -> exchange.respond(Response.empty(data.status(), headers));
                case DataReader.Step.Corrupt corrupt -> throw S3Error.INTERNAL_ERROR.failure();
                case DataReader.Step.Unavailable unavailable -> throw S3Error.SERVICE_UNAVAILABLE.failure();
                case DataReader.Step.NoMemory noMemory -> throw S3Error.slowDown();
            }
        }
    }

    private static ResponseStream.Piece piece(DataReader.Step.Piece piece) {
        return new ResponseStream.Piece(piece.bytes(), piece.release());
    }

    private static void stream(ResponseStream stream, DataReader reader, DataReader.Step.Piece first) {
        boolean sent = false;
        try {
            DataReader.Step step = first;
            while (step instanceof DataReader.Step.Piece piece) {
                if (!stream.write(piece.bytes(), piece.release())
                        || !stream.pump(() -> reader.poll().map(DataSender::piece))) {
                    return;
                }
                step = reader.next();
            }
            sent = step instanceof DataReader.Step.End;
        } finally {
            if (sent) {
                stream.finish();
            } else {
                stream.abort();
            }
        }
    }
}
