package example;

import io.flywheel.loadtest.api.Context;
import io.flywheel.loadtest.api.Feed;
import io.flywheel.loadtest.api.ResultOf;
import io.flywheel.loadtest.api.Transaction;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;

/** Transactions against a shop. There is one instance of the class; transactions run at the same time. */
public final class Shop {
    /** A line of words.csv: its columns fill the components of the same names. */
    public record Word(String text) {}

    private final HttpClient http = HttpClient.newHttpClient();

    /** Searches; what it returns can be had by other transactions. */
    @Transaction(timeoutSeconds = 10)
    public String search(Context context, @Feed("words") Word word) throws Exception {
        get(context, "/search?q=" + URLEncoder.encode(word.text(), StandardCharsets.UTF_8));
        return word.text();
    }

    /** Looks at something that was found, and measures a part of it under a name of its own. */
    @Transaction(timeoutSeconds = 10)
    public void view(Context context, @ResultOf("search") String found) throws Exception {
        context.measure("article", () -> get(context, "/article/" + URLEncoder.encode(found, StandardCharsets.UTF_8)));
    }

    private String get(Context context, String path) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create(context.run().target() + path))
                .build();
        var answer = http.send(request, BodyHandlers.ofString());
        answer.headers().firstValue("x-request-id").ifPresent(context::requestId);
        context.received(answer.body().length());
        context.require("status is 200", answer.statusCode() == 200);
        return answer.body();
    }
}
