package io.flywheel.frontend.s3;

import io.flywheel.base.BufferPool;
import io.flywheel.base.Bytes;
import io.flywheel.base.DiskId;
import io.flywheel.base.real.SecureRandomness;
import io.flywheel.base.real.SystemClock;
import io.flywheel.base.real.ThreadTasks;
import io.flywheel.erasure.Engine;
import io.flywheel.frontend.auth.AuthResult;
import io.flywheel.frontend.auth.PayloadKind;
import io.flywheel.frontend.http.Headers;
import io.flywheel.frontend.http.RequestHead;
import io.flywheel.namespace.AccountId;
import io.flywheel.namespace.ModelNamespace;
import io.flywheel.namespace.Namespace;
import io.flywheel.objects.Codes;
import io.flywheel.objects.DataPath;
import io.flywheel.objects.FleetDisk;
import io.flywheel.objects.Hedging;
import io.flywheel.objects.MappedFleet;
import io.flywheel.objects.ObjectData;
import io.flywheel.objects.WriteLease;
import io.flywheel.shardstore.ModelShardStore;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;

/// The S3 API on the models of everything below it. Whoever does not send {@code x-test-anonymous} is root.
final class S3Bench {
    final ModelShardStore store;
    final ModelNamespace namespace;
    final BufferPool pool;
    final S3Service service;

    S3Bench() {
        this("us-east-1");
    }

    S3Bench(String region) {
        this(region, new ModelShardStore(), namespace -> namespace);
    }

    /// @param seen what the service sees of the namespace
    S3Bench(String region, ModelShardStore store, UnaryOperator<Namespace> seen) {
        this.store = store;
        var tasks = new ThreadTasks();
        var clock = new SystemClock();
        var random = new SecureRandomness();
        namespace = new ModelNamespace(tasks);
        var lease = (WriteLease.Opened.Lease) WriteLease.open(namespace, clock, random, "test");
        pool = new BufferPool(tasks, BufferPool.PIECE_BYTES, 16);
        var disk = new FleetDisk(DiskId.draw(random), store, clock);
        var path = new DataPath(
                new MappedFleet(
                        tasks, clock, random, MappedFleet.Topology.ofOneDisk(disk.id(), Long.MAX_VALUE), List.of(disk)),
                tasks,
                clock,
                pool,
                new BufferPool(tasks, BufferPool.PIECE_BYTES, 16),
                new Codes(Engine.scalar()),
                new Hedging(tasks));
        var data = (ObjectData.Opened.Ready) ObjectData.open(namespace, path, lease.lease());
        service = new S3Service(
                seen.apply(namespace),
                data.data(),
                tasks,
                clock,
                random,
                S3Bench::authenticate,
                new S3Options(region, List.of("s3.example.com"), new AccountId("ab".repeat(32))),
                new ErrorDocuments("host"));
    }

    private static AuthResult authenticate(RequestHead head) {
        var payload = new PayloadKind.Unsigned();
        return head.headers().contains("x-test-anonymous")
                ? new AuthResult.Anonymous(payload)
                : new AuthResult.Authenticated("root", payload);
    }

    FakeExchange.Answer send(String method, String target, byte[] body, String... headers) throws Exception {
        return sendTo("localhost", method, target, body, headers);
    }

    FakeExchange.Answer sendTo(String host, String method, String target, byte[] body, String... headers)
            throws Exception {
        return exchange(host, method, target, body, headers).await();
    }

    /// The same, for whoever wants to know more than the answer.
    FakeExchange exchange(String host, String method, String target, byte[] body, String... headers) {
        int question = target.indexOf('?');
        var head = new RequestHead(
                method,
                question < 0 ? target : target.substring(0, question),
                question < 0 ? "" : target.substring(question + 1),
                Headers.of(headers),
                host,
                false,
                InetSocketAddress.createUnresolved("client", 1),
                0,
                "0123456789ABCDEF");
        var exchange = new FakeExchange(head, body);
        service.handle(exchange);
        return exchange;
    }

    FakeExchange.Answer get(String target, String... headers) throws Exception {
        return send("GET", target, new byte[0], headers);
    }

    FakeExchange.Answer head(String target, String... headers) throws Exception {
        return send("HEAD", target, new byte[0], headers);
    }

    FakeExchange.Answer put(String target, String body, String... headers) throws Exception {
        return send("PUT", target, body.getBytes(StandardCharsets.UTF_8), headers);
    }

    FakeExchange.Answer put(String target, byte[] body, String... headers) throws Exception {
        return send("PUT", target, body, headers);
    }

    FakeExchange.Answer post(String target, String body, String... headers) throws Exception {
        return send("POST", target, body.getBytes(StandardCharsets.UTF_8), headers);
    }

    FakeExchange.Answer delete(String target, String... headers) throws Exception {
        return send("DELETE", target, new byte[0], headers);
    }

    /// Bytes that differ from place to place.
    static byte[] pattern(int length) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) (i * 31 + (i >>> 8) * 7 + (i >>> 16));
        }
        return bytes;
    }

    static byte[] range(byte[] bytes, int from, int to) {
        return Arrays.copyOfRange(bytes, from, to);
    }

    static Bytes utf8(String text) {
        return Bytes.utf8(text);
    }
}
