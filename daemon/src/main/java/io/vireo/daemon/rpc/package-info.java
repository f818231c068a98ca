/**
 * JSON-RPC 2.0 over a Unix socket, in the names, codes and framing that existing tools of the field
 * send and expect.
 *
 * <p>A method is a name, a parameter record and a handler; {@link io.vireo.daemon.rpc.MethodTable}
 * binds a request's parameters to the record strictly, so that a mistake is answered by name and
 * nothing has happened. Requests arrive unframed: complete JSON values, one after the other, cut
 * anywhere. Each client has one thread of its own, which reads, calls the handler and writes the
 * answer, so answers come in the order of the requests; handlers of different clients run in
 * parallel and guard what they share themselves.
 */
package io.vireo.daemon.rpc;
