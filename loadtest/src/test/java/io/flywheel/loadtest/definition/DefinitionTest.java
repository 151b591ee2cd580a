package io.flywheel.loadtest.definition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flywheel.base.real.SystemClock;
import io.flywheel.loadtest.api.Cleanup;
import io.flywheel.loadtest.api.Context;
import io.flywheel.loadtest.api.Feed;
import io.flywheel.loadtest.api.ResultOf;
import io.flywheel.loadtest.api.Row;
import io.flywheel.loadtest.api.Run;
import io.flywheel.loadtest.api.Settings;
import io.flywheel.loadtest.api.Setup;
import io.flywheel.loadtest.api.Teardown;
import io.flywheel.loadtest.api.Transaction;
import io.flywheel.loadtest.api.TransactionFailed;
import io.flywheel.loadtest.engine.FunctionalRun;
import io.flywheel.loadtest.engine.RunInfo;
import io.flywheel.loadtest.engine.Workload;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class DefinitionTest {
    private final List<String> log = new ArrayList<>();
    private final Run run = new RunInfo(
            Run.Mode.FUNCTIONAL, "http://shop/", 7, "r1", 0, new Settings(Map.of("greeting", "hello")), log::add);

    record Account(String name, int age) {}

    private static void check(Object unexpected) {
        assertThat(unexpected).isNull();
    }

    abstract static class Base {
        @Setup(oncePerRun = true)
        void bucket(Run run) {
            run.log("bucket");
        }

        @Setup
        void client(Run run) {
            run.log("client of " + getClass().getSimpleName());
        }

        @Teardown
        void closeClient(Run run) {
            run.log("close client of " + getClass().getSimpleName());
        }

        @Feed
        List<String> shared() {
            return List.of("apple");
        }

        @Setup
        void overridden(Run run) {
            run.log("never");
        }
    }

    static final class Reads extends Base {
        @Setup
        void another(Run run) {
            run.log("another");
        }

        @Teardown
        void closeAnother(Run run) {
            run.log("close another");
        }

        @Transaction
        String read(@Feed("shared") String word) {
            return word;
        }

        @Override
        void overridden(Run run) {}
    }

    static final class Writes extends Base {
        @Transaction
        void write(@Feed("shared") String word, @ResultOf("read") String read) {}

        @Override
        void overridden(Run run) {}
    }

    @Test
    void shouldRunWhatAClassExtends() throws Exception {
        var live = new LiveDefinition(DefinitionReader.read(List.of(Reads.class, Writes.class)), run, Map.of());
        live.setUp(true);
        live.setUp(false);
        live.open();
        assertThat(new FunctionalRun(new SystemClock(), run).execute(live.subjects()))
                .hasSize(2)
                .allMatch(FunctionalRun.Outcome::passed);
        assertThat(live.tearDown(false)).isEmpty();
        assertThat(log)
                .containsExactly(
                        "bucket",
                        "client of Reads",
                        "another",
                        "client of Writes",
                        "close another",
                        "close client of Reads",
                        "close client of Writes");
    }

    static final class Shop {
        private final Run run;

        Shop(Run run) {
            this.run = run;
        }

        @Setup
        void open() {
            run.log("open " + run.target());
        }

        @Feed("words")
        List<String> words() {
            return List.of("apple", "pear");
        }

        @Transaction
        String search(Context context, @Feed("accounts") Account account, @Feed("words") String word) {
            context.check("is adult", account.age() >= 18);
            return account.name() + "/" + word;
        }

        @Transaction("buy.it")
        CompletionStage<Integer> buy(Context context, @ResultOf("search") String found) {
            context.requestId("request-9");
            return CompletableFuture.supplyAsync(() -> {
                context.check("found something", !found.isEmpty());
                return found.length();
            });
        }

        @Transaction
        void cancel(@ResultOf(value = "buy.it", take = true) int length, Run same) {
            same.log("cancel " + length + " " + same.settings().text("greeting"));
        }

        @Cleanup("search")
        void forget(String found) {
            run.log("forget " + found);
        }

        @Cleanup("buy.it")
        void refund(int length) {
            run.log("refund " + length);
        }

        @Teardown
        void close() {
            run.log("close");
        }
    }

    @Test
    void shouldRunEachTransactionOnceAfterThoseItNeeds() throws InterruptedException, IOException {
        var definition = DefinitionReader.read(List.of(Shop.class));
        assertThat(definition.names()).containsExactly("search", "buy.it", "cancel");
        assertThat(definition.feedsWanted()).containsExactly("accounts");
        var rows = CsvFile.parse("name,age,extra\nann,30,x\n", "accounts.csv");
        var live = new LiveDefinition(
                definition, run, Map.of("accounts", new Series.Listed(rows, Feed.Order.SEQUENTIAL, 1)));
        live.setUp(true);
        live.setUp(false);
        live.open();
        var outcomes = new FunctionalRun(new SystemClock(), run).execute(live.subjects());
        live.cleanUp();
        assertThat(live.tearDown(false)).isEmpty();
        assertThat(outcomes).allMatch(FunctionalRun.Outcome::passed);
        assertThat(outcomes.get(0).checks()).containsExactly(new FunctionalRun.Checked("is adult", true));
        assertThat(outcomes.get(1).requestIds()).containsExactly("request-9");
        // What cancel took for itself is not given back.
        assertThat(log).containsExactly("open http://shop", "cancel 9 hello", "forget ann/apple", "close");
        assertThat(live.cleaned()).isEqualTo(new Workload.Cleaned(1, 0));
    }

    /// Its client has one thread, which ends its stages and which its cleanup waits for.
    static final class OneThread {
        private final ExecutorService client = Executors.newSingleThreadExecutor();

        @Transaction
        CompletionStage<String> put(Context context) {
            context.check("is kept", false);
            // Ends on the client's thread for certain: not before somebody waits for it.
            return new CompletableFuture<>() {
                @Override
                public CompletableFuture<String> whenComplete(BiConsumer<? super String, ? super Throwable> then) {
                    var waiting = super.whenComplete(then);
                    client.execute(() -> complete("a"));
                    return waiting;
                }
            };
        }

        @Transaction
        void get(@ResultOf("put") String key) {}

        @Cleanup("put")
        void delete(String key) throws Exception {
            client.submit(() -> run.log("deleted " + key)).get(20, TimeUnit.SECONDS);
        }

        private final Run run;

        OneThread(Run run) {
            this.run = run;
        }

        @Teardown
        void close() {
            client.shutdown();
        }
    }

    @Test
    void shouldCleanUpOnAThreadOfItsOwnWhatAStageMade() throws InterruptedException {
        var live = new LiveDefinition(DefinitionReader.read(List.of(OneThread.class)), run, Map.of());
        live.setUp(false);
        live.open();
        var outcomes = new FunctionalRun(new SystemClock(), run).execute(live.subjects());
        live.cleanUp();
        assertThat(live.tearDown(false)).isEmpty();
        assertThat(outcomes.getFirst().failure().orElseThrow().kind()).isEqualTo("check: is kept");
        assertThat(log).containsExactly("deleted a");
        assertThat(live.cleaned()).isEqualTo(new Workload.Cleaned(1, 0));
    }

    static final class Failing {
        @Transaction
        void a1Checks(Context context) {
            context.check("first", false);
            context.check("second", true);
        }

        @Transaction
        void a2Throws() throws IOException {
            throw new IOException("broken pipe");
        }

        @Transaction
        void a3Fails() {
            throw new TransactionFailed("out of stock", "no apples");
        }

        @Transaction
        CompletionStage<String> a4Later() {
            return CompletableFuture.failedFuture(new IOException("reset"));
        }

        @Transaction(timeoutSeconds = 1)
        void a5Hangs() throws InterruptedException {
            new CountDownLatch(1).await();
        }

        @Transaction
        void a6Starves(@ResultOf("a4Later") String never) {
            check(never);
        }

        @Transaction
        void a7Errs(Run run) {
            if (!run.target().isEmpty()) {
                throw new StackOverflowError("deep");
            }
        }
    }

    @Test
    void shouldSayHowATransactionFailed() throws InterruptedException {
        var live = new LiveDefinition(DefinitionReader.read(List.of(Failing.class)), run, Map.of());
        live.open();
        var outcomes = new FunctionalRun(new SystemClock(), run).execute(live.subjects());
        assertThat(outcomes.stream()
                        .map(outcome -> outcome.starved()
                                ? "starved"
                                : outcome.failure().orElseThrow().kind()))
                .containsExactly(
                        "check: first",
                        "IOException",
                        "out of stock",
                        "IOException",
                        "timeout",
                        "starved",
                        "StackOverflowError");
        assertThat(outcomes.get(0).checks()).hasSize(2);
    }

    @SuppressWarnings("UnusedMethod")
    static final class Wrong {
        @Transaction("no spaces")
        void name() {}

        @Transaction(timeoutSeconds = 0)
        void unknown(String what, @ResultOf("nobody") String result) {}

        @Transaction
        int number() {
            return 1;
        }

        @Transaction
        void wants(@ResultOf("number") String text) {}

        @Transaction("number")
        void again() {}

        @Transaction
        String circle(@ResultOf("back") String other) {
            return other;
        }

        @Transaction
        String back(@ResultOf("circle") String other) {
            return other;
        }

        @Setup
        void prepare(String what) {}

        @Feed
        String data() {
            return "";
        }

        @Cleanup("nothing")
        void clean(String what) {}
    }

    @Test
    void shouldSayEverythingThatIsWrong() {
        assertThatThrownBy(() -> DefinitionReader.read(List.of(Wrong.class)))
                .isInstanceOfSatisfying(
                        DefinitionRefused.class,
                        refused -> assertThat(refused.problems())
                                .containsExactlyInAnyOrder(
                                        "Wrong.name: 'no spaces' is not a name: 1 to 100 letters, digits, '-', '_' and"
                                                + " '.'",
                                        "Wrong.unknown: timeoutSeconds is at least 1",
                                        "Wrong.unknown: the parameter of type String has neither @Feed nor @ResultOf,"
                                                + " and is neither Context nor Run",
                                        "Wrong.unknown: there is no transaction 'nobody', there are back, circle, no"
                                                + " spaces, number, unknown, wants",
                                        "Wrong.number: the name 'number' is taken by Wrong.again",
                                        "Wrong.wants: it wants a String of 'number', which returns Integer",
                                        "Wrong.back: it needs its own result: back <- circle <- back",
                                        "Wrong.prepare: its only parameter can be a Run",
                                        "Wrong.data: a series of data is a List or an Iterator",
                                        "Wrong.clean: there is no transaction 'nothing' to clean up after"));
    }

    static final class BadStart {
        static final int NUMBER = Integer.parseInt("x");

        @Transaction
        void never() {
            check(NUMBER);
        }
    }

    @Test
    void shouldSayThatAClassCannotBeMade() {
        var definition = DefinitionReader.read(List.of(BadStart.class));
        assertThatThrownBy(() -> new LiveDefinition(definition, run, Map.of()))
                .isInstanceOf(DefinitionRefused.class)
                .hasMessageContaining("BadStart cannot be made: java.lang.NumberFormatException");
    }

    static final class Wanting {
        @Transaction
        void a(@Feed("rows") Account account, @Feed("missing") String text, @Feed("numbers") String number) {
            check(account + text + number);
        }

        @Feed
        Iterator<String> lines() {
            return Stream.of("a").iterator();
        }
    }

    @Test
    void shouldCheckTheDataBeforeTheFirstTransaction() {
        var live = new LiveDefinition(
                DefinitionReader.read(List.of(Wanting.class)),
                run,
                Map.of(
                        "rows", new Series.Listed(List.of(new Row(Map.of("name", "x"))), Feed.Order.RANDOM, 1),
                        "numbers", new Series.Listed(List.of(1), Feed.Order.RANDOM, 1)));
        assertThatThrownBy(live::open)
                .hasMessageContaining("Wanting.a: series 'rows': there is no column 'age', there are name")
                .hasMessageContaining("Wanting.a: there is no series 'missing'")
                .hasMessageContaining("Wanting.a: series 'numbers' has a Integer, it wants a String");
    }

    @Test
    void shouldGiveElementsInTheOrderThatWasAskedFor() {
        var elements = Stream.iterate(0, n -> n + 1).limit(100).toList();
        var sequential = new Series.Listed(elements, Feed.Order.SEQUENTIAL, 3);
        assertThat(sequential.element(205)).contains(5);
        var shuffled = new Series.Listed(elements, Feed.Order.SHUFFLED, 3);
        for (int round = 0; round < 3; round++) {
            var seen = new HashSet<Object>();
            for (int i = 0; i < 100; i++) {
                seen.add(shuffled.element(round * 100L + i).orElseThrow());
            }
            assertThat(seen).hasSize(100);
        }
        assertThat(Stream.iterate(0L, n -> n + 1)
                        .limit(100)
                        .map(n -> shuffled.element(n).orElseThrow()))
                .isNotEqualTo(elements);
        var random = new Series.Listed(elements, Feed.Order.RANDOM, 3);
        assertThat(random.element(17)).isEqualTo(random.element(17));
        var made = new Series.Made(List.of("x").iterator());
        assertThat(made.element(9)).contains("x");
        assertThat(made.element(10)).isEmpty();
    }

    @Test
    void shouldReadCsvAsTheRfcHasIt() throws IOException {
        var rows = CsvFile.parse("\uFEFFa,b\r\n1,\"x, \"\"y\"\"\nz\"\r\n,2\n", "f.csv");
        assertThat(rows.stream().map(Row::columns))
                .containsExactly(Map.of("a", "1", "b", "x, \"y\"\nz"), Map.of("a", "", "b", "2"));
        assertThatThrownBy(() -> CsvFile.parse("a,b\n1,2\n1\n", "f.csv"))
                .hasMessage("f.csv:3: 1 columns, the first line has 2");
        assertThatThrownBy(() -> CsvFile.parse("a\n\"x", "f.csv")).hasMessage("f.csv:2: a quote is not closed");
    }

    @Test
    void shouldDisplaceOldResultsWhenThereAreMany() {
        var pool = new ResultPool();
        int displaced = 0;
        for (int i = 0; i < ResultPool.KEPT_MAX + 10; i++) {
            displaced += pool.add(i).isPresent() ? 1 : 0;
        }
        assertThat(displaced).isEqualTo(10);
        var taken = new HashSet<Object>();
        for (var result = pool.draw(-5, true); result.isPresent(); result = pool.draw(123, true)) {
            taken.add(result.get());
        }
        assertThat(taken).hasSize(ResultPool.KEPT_MAX);
    }
}
