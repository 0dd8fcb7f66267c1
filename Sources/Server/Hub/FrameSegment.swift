// SPDX-License-Identifier: Apache-2.0

internal import HTTPCore
internal import NIOCore
internal import Observer

/// Encoded frames, one behind the other, that are written to a client in one piece.
struct FrameSegment: Sendable {
    /// The size of a full segment: at this size the cost of a write is that of copying into the kernel (measured: 256
    /// frames in a write are fifty times as cheap as 256 writes), and a slow client's share of memory is still small.
    static let fullBytes = 64 << 10
    /// What a segment costs beside its bytes: the buffer's object, the ring's entry, the allocator's header.
    static let overhead = 192

    private(set) var bytes = ByteBuffer()
    /// How many messages with a number it holds.
    private(set) var messageCount = 0
    /// The number of its last message, or of the last one before it when it has none.
    private(set) var lastSequence: UInt64 = 0

    var isEmpty: Bool { bytes.readableBytes == 0 }
    var byteCount: Int { bytes.readableBytes }
    var cost: Int { isEmpty ? 0 : bytes.storageCapacity + Self.overhead }

    /// Makes an empty segment.
    init() {}

    /// Makes a segment of one frame of a message without a number.
    init(notice json: [UInt8], after sequence: UInt64) {
        lastSequence = sequence
        bytes.reserveCapacity(Self.frameBytes(payload: json.count))
        json.withUnsafeBytes { append($0) }
    }

    /// Makes a segment of chosen rows of a table; `byteCount` is what their frames take.
    init(_ rows: ArraySlice<Int32>, of table: MessageTable, byteCount: Int) {
        table.bytes.withUnsafeBytes { source in
            _ = bytes.writeWithUnsafeMutableBytes(minimumWritableBytes: byteCount) { target in
                var offset = 0
                for index in rows {
                    let body = UnsafeRawBufferPointer(rebasing: source[table.rows[Int(index)].body])
                    // SAFETY: `byteCount` is the sum of the frames' sizes, so all of them fit in the room asked for, and
                    // slicing checks it.
                    WebSocketFrames.writeTextHeader(payloadLength: body.count, to: target, at: &offset)
                    UnsafeMutableRawBufferPointer(rebasing: target[offset...]).copyMemory(from: body)
                    offset += body.count
                }
                return offset
            }
        }
        messageCount = rows.count
        lastSequence = rows.last.map { table.rows[Int($0)].sequence } ?? 0
    }

    /// Whether a message's frame still fits.
    func hasRoom(for row: MessageRow, within limit: Int) -> Bool {
        byteCount + Self.frameBytes(payload: Int(row.bodyCount)) <= limit
    }

    /// Appends a message's frame.
    mutating func append(_ row: MessageRow, of table: MessageTable) {
        table.bytes.withUnsafeBytes { append(UnsafeRawBufferPointer(rebasing: $0[row.body])) }
        messageCount += 1
        lastSequence = row.sequence
    }

    /// Appends all of another segment, which comes behind this one.
    mutating func append(_ other: FrameSegment) {
        bytes.writeImmutableBuffer(other.bytes)
        messageCount += other.messageCount
        lastSequence = other.lastSequence
    }

    /// Makes room, so that appending does not move the bytes.
    mutating func reserve(_ byteCount: Int) {
        bytes.reserveCapacity(byteCount)
    }

    private mutating func append(_ payload: UnsafeRawBufferPointer) {
        var header: [UInt8] = []
        WebSocketFrames.appendTextHeader(payloadLength: payload.count, to: &header)
        bytes.writeBytes(header)
        bytes.writeBytes(payload)
    }

    /// What a message's frame takes.
    @inline(__always)
    static func frameBytes(payload: Int) -> Int {
        WebSocketFrames.headerLength(payloadLength: payload) + payload
    }
}
