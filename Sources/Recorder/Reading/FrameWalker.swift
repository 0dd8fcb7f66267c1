// SPDX-License-Identifier: Apache-2.0

/// Finds where frames end by their headers and their blocks' (RFC 8878, section 3.1.1), without decompressing.
struct FrameWalker<Source: ByteSource> {
    /// What begins at an offset.
    enum Step: Hashable {
        /// A frame that ends within the bytes.
        case frame(FrameShape)
        /// A frame, data or skippable, that the bytes end in; blocks up to `wholeEnd` are complete.
        case torn(magic: UInt32, wholeEnd: UInt64)
        /// No frame, or a broken one.
        case damaged(reason: String, at: UInt64)
    }

    /// How many empty blocks in a row are believed: zstd writes none but a frame's last, and a stretch of zeros, which
    /// a crashed file system leaves, reads as empty blocks.
    static var emptyBlockLimit: Int { 16 }
    /// How many bytes are searched at once for a frame's beginning.
    private static var searchWindow: Int { 256 << 10 }

    let source: Source

    /// Walks over the frame that begins at an offset.
    func step(at offset: UInt64) throws(RecordingError) -> Step {
        let head = try source.bytes(at: offset, count: 4 + FrameHeader.maximumSize)[...]
        guard head.count >= 4 else {
            let isBeginning = Self.mayBeginFrame(head)
            return isBeginning
                ? .torn(magic: 0, wholeEnd: offset) : .damaged(reason: "no frame begins here", at: offset)
        }
        let magic = LittleEndian.read(UInt32.self, head, at: 0)
        if SkippableFrame.magics.contains(magic) {
            guard head.count >= SkippableFrame.headerSize else { return .torn(magic: magic, wholeEnd: offset) }
            let size = UInt64(LittleEndian.read(UInt32.self, head, at: 4)) + UInt64(SkippableFrame.headerSize)
            guard size <= source.size - offset else { return .torn(magic: magic, wholeEnd: offset) }
            return .frame(FrameShape(magic: magic, bytes: offset..<(offset + size)))
        }
        guard magic == FrameShape.dataMagic else { return .damaged(reason: "no frame begins here", at: offset) }
        let header: FrameHeader
        do throws(LineError) {
            guard let read = try FrameHeader.read(head[4...]) else { return .torn(magic: magic, wholeEnd: offset) }
            header = read
        } catch {
            return .damaged(reason: error.description, at: offset)
        }
        return try blocks(of: header, frame: offset)
    }

    private func blocks(of header: FrameHeader, frame: UInt64) throws(RecordingError) -> Step {
        var offset = frame + 4 + UInt64(header.size)
        var shape = FrameShape(magic: FrameShape.dataMagic, bytes: frame..<frame, hasChecksum: header.hasChecksum)
        var empty = 0
        while true {
            guard let word = try blockHeader(at: offset) else {
                return .torn(magic: FrameShape.dataMagic, wholeEnd: offset)
            }
            let (isLast, type, size) = (word & 1 != 0, word >> 1 & 3, UInt64(word >> 3))
            guard type != 3, size <= header.blockLimit, type != 2 || size > 0 else {
                return .damaged(reason: "a block's header is broken", at: offset)
            }
            empty = size == 0 ? empty + 1 : 0
            guard empty <= Self.emptyBlockLimit else {
                return .damaged(reason: "a frame goes on with empty blocks", at: offset - 3 * UInt64(empty - 1))
            }
            let stored = type == 1 ? 1 : size
            let left = source.size - offset - 3
            guard stored <= left else { return .torn(magic: FrameShape.dataMagic, wholeEnd: offset) }
            offset += 3 + stored
            shape.blocks += 1
            guard isLast else { continue }
            let trailer: UInt64 = header.hasChecksum ? 4 : 0
            guard trailer <= source.size - offset else {
                return .torn(magic: FrameShape.dataMagic, wholeEnd: offset)
            }
            shape.bytes = frame..<(offset + trailer)
            return .frame(shape)
        }
    }

    private func blockHeader(at offset: UInt64) throws(RecordingError) -> UInt32? {
        var word: UInt32 = 0
        var fault: RecordingError?
        var count = 0
        withUnsafeMutableBytes(of: &word) { room in
            do throws(RecordingError) {
                count = try source.read(at: offset, into: UnsafeMutableRawBufferPointer(rebasing: room[..<3]))
            } catch {
                fault = error
            }
        }
        if let fault { throw fault }
        return count == 3 ? UInt32(littleEndian: word) : nil
    }

    /// Whether a frame, or the end, is at an offset.
    func isBorder(_ offset: UInt64) throws(RecordingError) -> Bool {
        guard offset < source.size else { return true }
        return Self.mayBeginFrame(try source.bytes(at: offset, count: 4)[...])
    }

    /// Whether bytes, cut off by the end perhaps, are those of a magic number.
    private static func mayBeginFrame(_ bytes: ArraySlice<UInt8>) -> Bool {
        if bytes.count >= 4 { return FrameShape.isMagic(LittleEndian.read(UInt32.self, bytes, at: 0)) }
        let isData = [0x28, 0xB5, 0x2F].starts(with: bytes)
        let isSkippable = bytes.first.map { $0 & 0xF0 == 0x50 } ?? true
        return isData || isSkippable && [0x2A, 0x4D].starts(with: bytes.dropFirst())
    }

    // MARK: After damage

    /// Searches for the next frame that can be believed in.
    ///
    /// That is one that can be walked over and at whose end another one or the end of the bytes is; if there is none, the
    /// first that the bytes end in.
    ///
    /// - Returns: Where it begins; `nil` when there is none.
    func nextFrame(from start: UInt64) throws(RecordingError) -> UInt64? {
        var torn: UInt64?
        var offset = start
        while offset < source.size {
            let window = try source.bytes(at: offset, count: Self.searchWindow)
            guard window.count >= 4 else { break }
            for candidate in Self.candidates(in: window) {
                let place = offset + UInt64(candidate)
                switch try step(at: place) {
                case .frame(let shape):
                    if try isBelievable(shape) { return place }
                case .torn(let magic, _):
                    if torn == nil, magic == FrameShape.dataMagic { torn = place }
                case .damaged: break
                }
            }
            // A magic number may lie across the windows' border.
            offset += UInt64(window.count - 3)
        }
        return torn
    }

    private func isBelievable(_ shape: FrameShape) throws(RecordingError) -> Bool {
        guard try isBorder(shape.bytes.upperBound) else { return false }
        guard shape.isSkippable else { return true }
        // Eight bytes alone say little: only the two kinds that recordings have are looked for.
        switch shape.magic {
        case SkippableFrame.indexMagic:
            let tag = try source.bytes(at: shape.bytes.lowerBound + UInt64(SkippableFrame.headerSize), count: 4)
            return tag.count == 4 && LittleEndian.read(UInt32.self, tag[...], at: 0) == RecordingIndex.tag
        case SkippableFrame.seekTableMagic:
            return shape.bytes.upperBound == source.size
        default: return false
        }
    }

    /// The offsets at which a magic number stands.
    private static func candidates(in window: [UInt8]) -> [Int] {
        var found: [Int] = []
        window.withUnsafeBytes { bytes in
            var index = 0
            while index + 4 <= bytes.count {
                let byte = bytes[index]
                if byte == 0x28 || byte & 0xF0 == 0x50 {
                    // SAFETY: four bytes from `index` lie within the window by the loop's condition.
                    let word = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: index, as: UInt32.self))
                    if FrameShape.isMagic(word) { found.append(index) }
                }
                index += 1
            }
        }
        return found
    }

    /// Whether nothing but zeros follows.
    func isZero(from start: UInt64) throws(RecordingError) -> Bool {
        var offset = start
        while offset < source.size {
            let window = try source.bytes(at: offset, count: Self.searchWindow)
            guard !window.isEmpty else { return true }
            guard window.allSatisfy({ $0 == 0 }) else { return false }
            offset += UInt64(window.count)
        }
        return true
    }
}
