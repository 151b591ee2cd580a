package io.flywheel.frontend.s3;

import io.flywheel.base.Clock;
import io.flywheel.base.Random;
import io.flywheel.base.Tasks;
import io.flywheel.frontend.auth.AuthResult;
import io.flywheel.frontend.auth.SignatureV4;
import io.flywheel.frontend.http.Exchange;
import io.flywheel.frontend.http.Headers;
import io.flywheel.frontend.http.RequestHead;
import io.flywheel.frontend.http.Response;
import io.flywheel.frontend.http.Service;
import io.flywheel.frontend.s3.error.S3Error;
import io.flywheel.frontend.s3.error.S3Failure;
import io.flywheel.namespace.Namespace;
import io.flywheel.objects.ObjectData;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Answers S3 requests: finds out what is asked for, who asks, and whether he may; then the operation answers. What can
/// be answered from memory is answered on the event loop, everything else on a task.
public final class S3Service implements Service {
    private static final Logger LOG = LoggerFactory.getLogger(S3Service.class);

    /// Query parameters of presigned URLs that are no headers.
    private static final Set<String> OF_SIGNATURE = Set.of(
            "x-amz-algorithm",
            "x-amz-credential",
            "x-amz-date",
            "x-amz-expires",
            "x-amz-signedheaders",
            "x-amz-signature",
            "x-amz-security-token",
            "x-amz-content-sha256");

    private final Function<RequestHead, AuthResult> authentication;
    private final Tasks tasks;
    private final S3Options options;
    private final ErrorDocuments errors;
    private final Operations operations;
    private final DataSender sender;

    public S3Service(
            Namespace namespace,
            ObjectData data,
            Tasks tasks,
            Clock clock,
            Random random,
            SignatureV4 signatures,
            S3Options options,
            ErrorDocuments errors) {
        this(namespace, data, tasks, clock, random, signatures::verify, options, errors);
    }

    /// @param authentication who sends a request
    S3Service(
            Namespace namespace,
            ObjectData data,
            Tasks tasks,
            Clock clock,
            Random random,
            Function<RequestHead, AuthResult> authentication,
            S3Options options,
            ErrorDocuments errors) {
        var backend = new Backend(namespace, data, tasks, clock, random, options);
        this.authentication = authentication;
        this.tasks = tasks;
        this.options = options;
        this.errors = errors;
        this.operations = new Operations(backend);
        this.sender = new DataSender(backend);
    }

    /// What a request asks for, as AWS names it, for logs and metrics; {@code -} when it asks for nothing that S3
    /// knows.
    public String operationName(RequestHead head) {
        try {
            return operation(head, address(head), Query.parse(head.rawQuery())).s3Name();
        } catch (S3Failure e) {
            return "-";
        }
    }

    @Override
    public void handle(Exchange exchange) {
        RequestHead head = exchange.head();
        S3Request request;
        try {
            request = request(head);
            var now = operations.tryNow(request);
            if (now.isPresent()) {
                send(exchange, now.get());
                return;
            }
            if (operations.isTinyPut(exchange, request)) {
                PayloadReceiver.accept(exchange);
                exchange.body().whenEnded(() -> putTiny(exchange, request));
                return;
            }
        } catch (S3Failure failure) {
            exchange.respond(errors.response(head, resource(head), failure));
            return;
        } catch (RuntimeException | Error bug) {
            LOG.error("{} failed", head.requestId(), bug);
            exchange.respond(errors.response(head, resource(head), S3Error.INTERNAL_ERROR.failure()));
            return;
        }
        tasks.start(request.operation().s3Name(), () -> answer(exchange, request));
    }

    /// Answers on the event loop, once the payload has arrived and the outcome is known.
    private void putTiny(Exchange exchange, S3Request request) {
        guarded(
                exchange,
                request,
                () -> operations.putTiny(
                        exchange, request, answer -> guarded(exchange, request, () -> send(exchange, answer.get()))));
    }

    private void answer(Exchange exchange, S3Request request) {
        guarded(exchange, request, () -> send(exchange, operations.answer(exchange, request)));
    }

    private void guarded(Exchange exchange, S3Request request, Runnable answer) {
        try {
            answer.run();
        } catch (S3Failure failure) {
            fail(exchange, request, failure);
        } catch (Namespace.Unreadable e) {
            LOG.error(
                    "{} {}: {}: {}",
                    request.operation().s3Name(),
                    request.head().requestId(),
                    e.getMessage(),
                    String.valueOf(e.getCause()));
            fail(exchange, request, S3Error.INTERNAL_ERROR.failure());
        } catch (RuntimeException | Error bug) {
            LOG.error(
                    "{} {} failed", request.operation().s3Name(), request.head().requestId(), bug);
            fail(exchange, request, S3Error.INTERNAL_ERROR.failure());
        }
    }

    private void fail(Exchange exchange, S3Request request, S3Failure failure) {
        exchange.respond(errors.response(request.head(), request.address().resource(), failure));
    }

    private void send(Exchange exchange, S3Response response) {
        Headers headers = Headers.builder()
                .addAll(response.headers())
                .add("x-amz-id-2", errors.hostId())
                .build();
        switch (response) {
            case S3Response.Small small -> exchange.respond(Response.of(small.status(), headers, small.body()));
            case S3Response.Inline inline ->
                exchange.respond(Response.of(inline.status(), headers, inline.body(), () -> {}));
            case S3Response.HeadOnly head ->
                exchange.respond(Response.head(head.status(), headers, head.contentLength()));
            case S3Response.Data data -> sender.send(exchange, data, headers);
        }
    }

    /// @throws S3Failure when it is no request of S3, or not allowed
    private S3Request request(RequestHead head) {
        Address address = address(head);
        Query query = Query.parse(head.rawQuery());
        return switch (authentication.apply(head)) {
            case AuthResult.Rejected rejected -> throw ErrorDocuments.failure(rejected.error());
            // There are no policies that would let the public do anything.
            case AuthResult.Anonymous anonymous -> throw S3Error.ACCESS_DENIED.failure();
            case AuthResult.Authenticated authenticated -> {
                Operation operation = operation(head, address, query);
                if (!operation.implemented()) {
                    throw Operations.notImplemented(operation);
                }
                Headers headers = withPresigned(head.headers(), query);
                HeaderRules.check(headers, options);
                checkBucketName(address);
                yield new S3Request(operation, address, query, head, headers, options.root(), authenticated.payload());
            }
        };
    }

    /// Whoever presigns a URL may put headers such as {@code x-amz-meta-color} into its query: there they mean the
    /// same.
    private static Headers withPresigned(Headers headers, Query query) {
        Headers.Builder all = null;
        for (Query.Parameter parameter : query.parameters()) {
            String name = parameter.name().toLowerCase(Locale.ROOT);
            if (!name.startsWith("x-amz-") || OF_SIGNATURE.contains(name) || headers.contains(name)) {
                continue;
            }
            String value = ObjectAttributes.asHeader(parameter.value());
            if (!Headers.isValidValue(value)) {
                throw S3Error.invalidArgument(
                        "Header value cannot be represented",
                        parameter.name(),
                        parameter.value().toUtf8());
            }
            all = all == null ? Headers.builder().addAll(headers) : all;
            all.add(name, value);
        }
        return all == null ? headers : all.build();
    }

    private static void checkBucketName(Address address) {
        if (!address.bucket().isEmpty() && !BucketName.isValid(address.bucket())) {
            throw S3Error.INVALID_BUCKET_NAME.failure().with("BucketName", address.bucket());
        }
    }

    private Address address(RequestHead head) {
        return Address.of(head.host(), head.rawPath(), options.domains());
    }

    private static Operation operation(RequestHead head, Address address, Query query) {
        return Operation.of(head.method(), address, query, head.headers().contains(CopySource.HEADER));
    }

    /// The resource that an error names, also where the request could not be parsed.
    private String resource(RequestHead head) {
        try {
            return address(head).resource();
        } catch (S3Failure e) {
            return head.rawPath();
        }
    }
}
