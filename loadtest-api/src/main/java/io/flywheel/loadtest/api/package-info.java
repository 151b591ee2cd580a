/// What a team writes transactions against. A transaction is a method of a plain class:
///
/// ```java
/// public final class Shop {
///     record Account(String name, String password) {}
///
///     private final HttpClient http = HttpClient.newHttpClient();
///
///     @Transaction
///     String search(Context context, @Feed("accounts") Account account) throws Exception {
///         var answer = http.send(request(context.run().target() + "/search?u=" + account.name()), ofString());
///         context.check("status is 200", answer.statusCode() == 200);
///         return answer.body();
///     }
///
///     @Transaction
///     void buy(Context context, @ResultOf("search") String found) throws Exception { ... }
/// }
/// ```
///
/// The same class is run once as a functional test, at a rate as a load test, and for ever as a canary. There is one
/// instance of a class per process, made by its constructor without parameters or with one {@link
/// io.flywheel.loadtest.api.Run}; transactions run concurrently on it, each on a virtual thread, so fields are
/// shared and have to bear that.
@NullMarked
package io.flywheel.loadtest.api;

import org.jspecify.annotations.NullMarked;
