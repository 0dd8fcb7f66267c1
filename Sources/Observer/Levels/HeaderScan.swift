// SPDX-License-Identifier: Apache-2.0

internal import ObserverModel

/// The walk over the beginning of a line for a level that stands apart from its sentences.
///
/// Formats differ in what they put before the level (times, processes, hosts, threads, loggers) but agree in how the
/// level itself is set:
/// in capitals, in brackets, between bars or dashes, before a colon, right behind the time.
/// So the walk passes over the tokens and asks ``DelimitedTag`` at each level's name. It ends where the sentence must
/// have begun.
struct HeaderScan {
    /// How far into a line a header reaches: twice the longest that we know, OpenStack's and Blue Gene's.
    private static let maximumHeader = 256
    /// How many words of a sentence may precede a level: a month, a host and a program, or `curl: (7) Error:`.
    static let maximumProse = 3

    /// What the walk found.
    enum Outcome {
        /// A level, and what it rests on.
        case level(Level, LevelOrigin)
        /// A JSON object at an index behind the header.
        case object(Int)
        /// No level.
        case nothing
    }

    /// Words of a sentence passed so far.
    private(set) var prose = 0
    /// Whether something like a time was passed.
    private(set) var hasStamp: Bool
    /// Whether nothing but times and numbers was passed.
    private(set) var onlyStamps = true
    /// Whether the line begins with a pair.
    private(set) var beginsWithPair = false
    /// The word before the present one.
    private(set) var previousWord = 0..<0
    /// How many brackets are open.
    private(set) var depth = 0

    /// Where the line begins.
    let start: Int
    /// Where it ends.
    let end: Int
    private var index: Int
    private let limit: Int

    /// Makes a walk over a range.
    init(from start: Int, before end: Int, hasTime: Bool) {
        self.start = start
        self.end = end
        index = start
        limit = min(end, start + Self.maximumHeader)
        hasStamp = hasTime
    }

    /// Walks until the level or the sentence.
    mutating func walk(_ line: Span<UInt8>) -> Outcome {
        while index < limit, prose <= Self.maximumProse {
            let byte = line[index]
            if byte <= 0x20 {
                index &+= 1
                continue
            }
            let outcome: Outcome?
            if ByteKind.isLetter(byte) {
                outcome = passWord(line)
            } else if ByteKind.isDigit(byte) {
                outcome = passStamp(line)
            } else {
                outcome = passSign(line, byte)
            }
            if let outcome { return outcome }
        }
        return .nothing
    }

    // MARK: Words

    @inline(__always)
    private mutating func passWord(_ line: Span<UInt8>) -> Outcome? {
        let wordStart = index
        let wordEnd = line.lettersEnd(wordStart, before: end)
        let next = line.byte(wordEnd, before: end)
        if let level = tagLevel(line, wordStart, wordEnd) { return .level(level, .tag) }
        if next != 0x20 {
            if next == UInt8(ascii: "=") { return passPair(line, wordStart, wordEnd) }
            if ByteKind.joins(next), !isStop(line, wordEnd) { return passName(line, wordStart) }
        }
        if prose == 0, depth == 0, next == 0x20, ByteKind.isUpper(line[wordStart]),
            let level = AccessLog.level(line, at: wordStart, before: end, isQuoted: false)
        {
            return .level(level, .header)
        }
        countWord(line, wordStart, wordEnd)
        index = wordEnd
        return nil
    }

    /// The level that the word in a range is set as; asks no more of a mere word than that it names none.
    @inline(__always)
    private func tagLevel(_ line: Span<UInt8>, _ wordStart: Int, _ wordEnd: Int) -> Level? {
        if wordEnd &- wordStart == 1 { return DelimitedTag.letterLevel(line, wordStart, self) }
        if let word = LevelWords.find(line, wordStart, wordEnd) {
            return DelimitedTag.level(line, wordStart, wordEnd, word, self)
        }
        let isDoubled = wordEnd &- wordStart == 2 && line[wordStart] == line[wordStart &+ 1]
        return isDoubled ? DelimitedTag.doubledLetterLevel(line, wordStart, self) : nil
    }

    /// Whether a joining byte at an index merely ends a sentence or a word: `done.`, `foo -`.
    @inline(__always)
    private func isStop(_ line: Span<UInt8>, _ at: Int) -> Bool {
        let after = line.byte(at + 1, before: end)
        return after <= 0x20 && line[at] < 0x80
    }

    /// Counts a word as one of a sentence, but those in brackets, in capitals, and names of months and days.
    @inline(__always)
    private mutating func countWord(_ line: Span<UInt8>, _ wordStart: Int, _ wordEnd: Int) {
        previousWord = wordStart..<wordEnd
        guard depth == 0 else { return }
        let isCapital = ByteKind.isUpper(line[wordStart]) && ByteKind.isUpper(line[wordEnd - 1])
        if isCapital {
            // `UTC`, `CEST`, `AM`.
            onlyStamps = onlyStamps && hasStamp && wordEnd - wordStart <= 4
            return
        }
        if wordEnd - wordStart == 3, Calendar.isDayOrMonth(line, wordStart, wordEnd) {
            return
        }
        onlyStamps = false
        prose += 1
    }

    /// Passes over an identifier, a path or a class: `dfs.DataNode$PacketResponder`.
    @inline(__always)
    private mutating func passName(_ line: Span<UInt8>, _ nameStart: Int) -> Outcome? {
        let nameEnd = line.tokenEnd(nameStart, before: end)
        let next = line.byte(nameEnd, before: end)
        if next == UInt8(ascii: "=") { return passPair(line, nameStart, nameEnd) }
        if next == UInt8(ascii: ":") || next == UInt8(ascii: "]"),
            let level = DelimitedTag.channelLevel(line, nameStart, nameEnd, before: end)
        {
            return .level(level, .tag)
        }
        if onlyStamps || nameStart == start, let level = LogcatHeader.level(line, at: nameStart, before: end) {
            return .level(level, .header)
        }
        if next == 0x20, hasStamp, prose <= 1, let level = SyslogPriority.selectorLevel(line, nameStart, nameEnd) {
            return .level(level, .header)
        }
        onlyStamps = false
        previousWord = nameStart..<nameEnd
        index = max(nameEnd, nameStart + 1)
        return nil
    }

    // MARK: Pairs

    /// Passes over `key=value`, or hands over to logfmt when the line begins with pairs.
    private mutating func passPair(_ line: Span<UInt8>, _ keyStart: Int, _ keyEnd: Int) -> Outcome? {
        let value = LogfmtLevel.value(line, keyEnd + 1, before: end)
        if keyStart == start { beginsWithPair = true }
        guard !value.range.isEmpty || value.end > keyEnd + 1 else {
            index = keyEnd + 1
            return nil
        }
        if depth == 0, prose == 0 {
            if !triedPairs {
                triedPairs = true
                if let level = LogfmtLevel.find(line, from: keyStart, before: end) { return .level(level, .logfmt) }
            }
        }
        onlyStamps = false
        index = depth == 0 ? value.end : keyEnd + 1
        return nil
    }

    /// Whether the pairs of this line were searched already.
    private var triedPairs = false

    // MARK: Numbers and signs

    /// Passes over a time, a date, a number, an address.
    @inline(__always)
    private mutating func passStamp(_ line: Span<UInt8>) -> Outcome? {
        let stampStart = index
        index = line.stampEnd(index, before: end, hasColon: &hasStamp)
        // A date, a time, an address, a process: whatever is long enough not to be a count.
        if index - stampStart >= 4 { hasStamp = true }
        return nil
    }

    private mutating func passSign(_ line: Span<UInt8>, _ byte: UInt8) -> Outcome? {
        switch byte {
        case UInt8(ascii: "["), UInt8(ascii: "("):
            depth += 1
        case UInt8(ascii: "]"), UInt8(ascii: ")"), UInt8(ascii: "}"):
            depth = max(0, depth - 1)
        case UInt8(ascii: "{"):
            if prose <= 1, line.byte(index + 1, before: end) == UInt8(ascii: "\"") { return .object(index) }
            depth += 1
        case UInt8(ascii: "\""):
            return passQuote(line)
        case UInt8(ascii: "-") where index > start && !ByteKind.isBlank(line[index - 1]):
            // A bullet such as `|-`.
            break
        case UInt8(ascii: "-"), UInt8(ascii: "/"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "$"),
            UInt8(ascii: "@"), UInt8(ascii: "#"), UInt8(ascii: "%"), UInt8(ascii: "\\"), UInt8(ascii: "~"),
            0x80...:
            // A dash between blanks.
            if line.byte(index + 1, before: end) <= 0x20 { break }
            let tokenEnd = line.tokenEnd(index + 1, before: end)
            if tokenEnd > index + 1, line.byte(tokenEnd, before: end) == UInt8(ascii: "=") {
                return passPair(line, index, tokenEnd)
            }
            index = tokenEnd
            return nil
        default:
            break
        }
        index += 1
        return nil
    }

    /// Passes over a quoted part, which an access log's request line may be.
    private mutating func passQuote(_ line: Span<UInt8>) -> Outcome? {
        if hasStamp, prose < Self.maximumProse,
            let level = AccessLog.level(line, at: index + 1, before: end, isQuoted: true)
        {
            // HAProxy puts the status before the request.
            return .level(max(level, AccessLog.proxyLevel(line, from: start, before: index) ?? .info), .header)
        }
        guard let close = line.closingQuote(index + 1, before: limit) else {
            index += 1
            return nil
        }
        index = close + 1
        return nil
    }
}
