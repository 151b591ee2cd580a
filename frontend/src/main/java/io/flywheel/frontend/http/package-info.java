/// An HTTP/1.1 server for S3. Netty supplies sockets, TLS, buffers and event loops; the head of a request and the
/// framing of its body are parsed here. Netty's own decoder accepts what must be refused (folded lines, a missing or
/// second Host, bad escapes) and no longer shows it once it has decoded it, so a checker beside it would have to parse
/// everything a second time, and where two parsers differ requests can be smuggled.
///
/// A connection serves one request at a time. {@link io.flywheel.frontend.http.Service} is called on the event loop as
/// soon as the head is there; it answers at once or starts a task that reads {@link
/// io.flywheel.frontend.http.RequestBody} and writes {@link io.flywheel.frontend.http.ResponseStream}, both of which
/// push back on the socket.
@NullMarked
package io.flywheel.frontend.http;

import org.jspecify.annotations.NullMarked;
