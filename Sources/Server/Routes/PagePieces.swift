// SPDX-License-Identifier: Apache-2.0

internal import Bytes
internal import NIOCore
internal import Observer

/// A page of history as the pieces of a body: the messages stay where they are until they are sent.
struct PagePieces: Sequence, IteratorProtocol, Sendable {
    enum Form: Sendable, Hashable {
        /// One JSON object, of the run of that name.
        case object(run: String)
        /// A message a line.
        case lines
    }

    /// The size from which a piece is sent: one write takes it whole.
    static let pieceBytes = 64 << 10

    private let page: HistoryPage
    private let form: Form
    private var index = 0
    private var isOpened = false
    private var isClosed = false

    init(_ page: HistoryPage, as form: Form) {
        self.page = page
        self.form = form
    }

    /// The next piece, or `nil` after the last.
    mutating func next() -> ByteBuffer? {
        guard !isClosed else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Self.pieceBytes)
        if !isOpened {
            isOpened = true
            if case .object = form { bytes.append(contentsOf: #"{"messages":["#.utf8) }
        }
        while index < page.messages.count, bytes.count < Self.pieceBytes {
            if case .object = form, index > 0 { bytes.append(UInt8(ascii: ",")) }
            bytes.append(contentsOf: page.messages[index])
            if form == .lines { bytes.append(UInt8(ascii: "\n")) }
            index += 1
        }
        if index == page.messages.count {
            isClosed = true
            if case .object(let run) = form { close(&bytes, run: run) }
        }
        return bytes.isEmpty ? nil : ByteBuffer(bytes: bytes)
    }

    private func close(_ bytes: inout [UInt8], run: String) {
        bytes.append(UInt8(ascii: "]"))
        var writer = JSONWriter()
        swap(&writer.bytes, &bytes)
        // Goes on inside of the object that the first piece has opened.
        writer.bytes.append(UInt8(ascii: ","))
        writer.key("next")
        if let next = page.next { writer.integer(next) } else { writer.null() }
        writer.key("oldest")
        if let oldest = page.oldest { writer.integer(oldest) } else { writer.null() }
        writer.key("run")
        writer.string(run)
        writer.endObject()
        swap(&writer.bytes, &bytes)
    }
}
