// SPDX-License-Identifier: Apache-2.0

public import NIOCore

/// What the hub writes a client's frames to: a WebSocket session, or a test's stand-in.
///
/// All of it is used on its event loop only.
public protocol FrameOutlet: AnyObject {
    /// The event loop that everything happens on.
    var eventLoop: any EventLoop { get }

    /// Whether it takes more; ``HubClient/outletBecameWritable()`` tells when it does again.
    var isWritable: Bool { get }

    /// The bytes that were written and that the client's socket has not taken.
    var unsentBytes: Int { get }

    /// Takes encoded frames, as many as the buffer holds, in memory that is shared with other clients.
    func write(frames: ByteBuffer)

    /// Sends what was written.
    func flush()

    /// Sends a close frame behind what was written, and closes.
    func close(code: UInt16, reason: String)
}
