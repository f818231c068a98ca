package io.vireo.daemon.rpc;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves JSON-RPC on a Unix socket until it is closed.
 *
 * <p>One thread accepts; each client has a thread of its own. As in the field there are at most 64
 * clients: the next one's connection waits, and is served when another leaves.
 */
public final class JsonRpcServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(JsonRpcServer.class);
  private static final int MAX_CLIENTS = 64;

  /** How long {@link #close} waits for methods that are at work. */
  private static final long CLOSE_SECONDS = 5;

  private static final long ACCEPT_PAUSE_MILLIS = 100;

  private final Dispatcher dispatcher;
  private final AnswerRoom room;
  private final ThreadFactory threads;
  private final RpcSocket socket;
  private final Semaphore places = new Semaphore(MAX_CLIENTS);
  private final Map<SocketChannel, Thread> clients = new ConcurrentHashMap<>();
  private final Thread acceptor;
  private volatile boolean closed;

  /**
   * Listens and serves from now on.
   *
   * @param socket its path is given up with this, also when nobody can listen there
   * @param listener is told of each call that succeeds, before it is answered
   * @throws IOException with one sentence
   */
  public JsonRpcServer(RpcSocket socket, MethodTable methods, CallListener listener)
      throws IOException {
    this(socket, methods, listener, new AnswerRoom());
  }

  JsonRpcServer(RpcSocket socket, MethodTable methods, CallListener listener, AnswerRoom room)
      throws IOException {
    this(
        socket, methods, listener, room, Thread.ofPlatform().name("rpc-client").daemon().factory());
  }

  /**
   * @param threads one for each client
   */
  JsonRpcServer(
      RpcSocket socket,
      MethodTable methods,
      CallListener listener,
      AnswerRoom room,
      ThreadFactory threads)
      throws IOException {
    this.room = room;
    this.threads = threads;
    dispatcher = new Dispatcher(methods, listener);
    this.socket = socket;
    socket.listen(MAX_CLIENTS);
    acceptor = Thread.ofPlatform().name("rpc-accept").daemon().start(this::acceptAll);
  }

  /** How often its clients called which method. */
  public CallCounts counts() {
    return dispatcher.counts();
  }

  /** How many clients are connected. */
  public int clients() {
    return clients.size();
  }

  private void acceptAll() {
    try {
      while (serveNext()) {
        LOG.debug("an RPC client connected");
      }
    } catch (InterruptedException | IOException e) {
      LOG.debug("no more RPC clients are accepted", e);
    }
  }

  /** Waits for a free place, then for a client; answers false when the server is closed. */
  private boolean serveNext() throws InterruptedException, IOException {
    places.acquire();
    boolean taken = false;
    try {
      SocketChannel channel = accept();
      if (channel == null) {
        return false;
      }
      Thread thread = threads.newThread(() -> serve(channel));
      taken = begin(channel, thread);
      if (taken && closed) {
        end(channel, thread);
      }
      return true;
    } finally {
      if (!taken) {
        places.release();
      }
    }
  }

  /** Starts a client's thread; false when the machine has none left: the client is sent away. */
  private boolean begin(SocketChannel channel, Thread thread)
      throws InterruptedException, IOException {
    clients.put(channel, thread);
    try {
      thread.start();
    } catch (OutOfMemoryError e) { // so the JVM tells that it may have no more threads, too
      clients.remove(channel);
      channel.close();
      LOG.warn("cannot serve an RPC client: {}", e.getMessage());
      Thread.sleep(ACCEPT_PAUSE_MILLIS);
      return false;
    }
    return true;
  }

  /** The next client, or null when the server is closed. */
  private SocketChannel accept() throws InterruptedException {
    while (!closed) {
      try {
        return socket.accept();
      } catch (ClosedChannelException e) {
        break;
      } catch (IOException | OutOfMemoryError e) {
        // Out of descriptors or memory: operators must get in again as soon as that is over.
        LOG.warn("cannot accept an RPC client: {}", e.getMessage());
        Thread.sleep(ACCEPT_PAUSE_MILLIS);
      }
    }
    return null;
  }

  private void serve(SocketChannel channel) {
    try (channel;
        ClientConnection client = new ClientConnection(channel, dispatcher, room)) {
      client.serve();
    } catch (IOException e) {
      LOG.debug("an RPC client's connection ended", e);
    } catch (RuntimeException | Error e) {
      LOG.error("an RPC client's connection ended by a fault of ours", e);
    } finally {
      clients.remove(channel);
      places.release();
    }
  }

  /**
   * Accepts no more clients, lets methods that are at work end, and removes the socket. Answers of
   * those methods are lost with their connections. Again has no effect.
   */
  @Override
  public synchronized void close() throws IOException {
    if (closed) {
      return;
    }
    closed = true;
    acceptor.interrupt();
    socket.close();
    for (Map.Entry<SocketChannel, Thread> client : clients.entrySet()) {
      end(client.getKey(), client.getValue());
    }
    awaitClients();
  }

  /** The interrupt is for a method that waits for something to happen. */
  private static void end(SocketChannel channel, Thread thread) throws IOException {
    channel.close();
    thread.interrupt();
  }

  private void awaitClients() {
    try {
      acceptor.join();
      if (!places.tryAcquire(MAX_CLIENTS, CLOSE_SECONDS, TimeUnit.SECONDS)) {
        LOG.warn("an RPC method is still at work {} s after the end of its server", CLOSE_SECONDS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
