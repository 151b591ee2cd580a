/// An asynchronous HTTP/1.1 client for load: few instructions a request, bodies of any length in constant memory.
///
/// {@link HttpClient} sends a {@link Request} and gives the answer to a {@link Receiver}, both on the event loop that
/// the connection belongs to. Answers are not trusted: everything in them has a limit, and each way to break off is a
/// {@link HttpFailure} of a kind of its own.
@NullMarked
package io.flywheel.loadtest.http;

import org.jspecify.annotations.NullMarked;
