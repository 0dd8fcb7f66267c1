// SPDX-License-Identifier: Apache-2.0

internal import ObserverModel

/// The status of a served HTTP request, in the formats that web servers and frameworks log.
///
/// A status of 5xx is the server's failure and makes an ERROR; any other is the normal course of a server's life,
/// whatever the path says:
/// 404 for what a scanner guessed tells nothing of this service.
enum AccessLog {
    /// How long a request target may be that is looked behind; servers refuse longer ones by default.
    private static let maximumTarget = 8_192
    /// How many slashes part HAProxy's timers; other formats have fewer before the request, two in the date.
    private static let timerSlashes = 4

    /// The level of the request line at `start`, if it is one and a status follows; where `isQuoted`, a quote precedes
    /// and ends it.
    static func level(_ line: Span<UInt8>, at start: Int, before end: Int, isQuoted: Bool) -> Level? {
        guard let target = targetStart(line, start, end) else { return nil }
        var index: Int
        if isQuoted {
            guard let close = line.closingQuote(target, before: min(end, target + maximumTarget)) else { return .info }
            index = close + 1
        } else {
            index = target
            while index < end, line[index] > 0x20 { index += 1 }
            if line.has(" HTTP/", at: index, before: end) {
                index += 6
                while index < end, line[index] > 0x20 { index += 1 }
            }
        }
        guard let status = status(line, index, end) else { return isQuoted ? .info : nil }
        return level(status: status)
    }

    /// The level of a status.
    static func level(status: Int) -> Level { status >= 500 ? .error : .info }

    /// Where the request target begins behind a method in capitals: a path, or a URL for proxies.
    private static func targetStart(_ line: Span<UInt8>, _ start: Int, _ end: Int) -> Int? {
        // The longest method in use is PROPPATCH.
        let methodEnd = line.lettersEnd(start, before: min(end, start + 10))
        guard methodEnd - start >= 3, line.byte(methodEnd, before: end) == 0x20, isMethod(line, start, methodEnd) else {
            return nil
        }
        let target = methodEnd + 1
        let first = line.byte(target, before: end)
        let isTarget =
            first == UInt8(ascii: "/") || first == UInt8(ascii: "*") || line.has("http", at: target, before: end)
            || line.has("\"/", at: target, before: end)
        return isTarget ? target : nil
    }

    private static func isMethod(_ line: Span<UInt8>, _ start: Int, _ end: Int) -> Bool {
        guard ByteKind.isUpper(line[start]), ByteKind.isUpper(line[end - 1]), let word = PackedWord(line, start, end)
        else {
            return false
        }
        switch word.first {
        case UInt8(ascii: "g"): return word.is("get")
        case UInt8(ascii: "p"):
            return word.is("post") || word.is("put") || word.is("patch") || word.is("propfind")
        default:
            return word.is("head") || word.is("delete") || word.is("options") || word.is("connect") || word.is("trace")
                || word.is("report")
        }
    }

    /// The number of three digits that stands alone at an index, with blanks, a colon, a dash or an arrow before it.
    private static func status(_ line: Span<UInt8>, _ start: Int, _ end: Int) -> Int? {
        var index = start
        while index < end {
            switch line[index] {
            case 0x20, 0x09, UInt8(ascii: ":"), UInt8(ascii: "-"), UInt8(ascii: ">"), UInt8(ascii: "|"),
                UInt8(ascii: "["), UInt8(ascii: "("), UInt8(ascii: "\""):
                index += 1
                continue
            default: break
            }
            break
        }
        let digits = line.digitsEnd(index, before: end)
        guard digits == index + 3, !ByteKind.joins(line.byte(digits, before: end)),
            let status = LevelValue.number(line, index..<digits), status >= 100, status < 600
        else { return nil }
        return status
    }

    /// The level of a line of the Gin framework, `[GIN] 2026/11/23 - 10:00:00 | 500 | …`, if it is one.
    static func ginLevel(_ line: Span<UInt8>, at start: Int, before end: Int) -> Level? {
        guard line.has("[GIN]", at: start, before: end) else { return nil }
        // The status is the first column, behind the time.
        let limit = min(end, start + 64)
        var index = start + 5
        while index < limit, line[index] != UInt8(ascii: "|") { index += 1 }
        guard index < limit else { return nil }
        return status(line, index, end).map { level(status: $0) }
    }

    /// The level of HAProxy's status, which stands behind the five timers that slashes part: `0/0/1/48/49 200`.
    static func proxyLevel(_ line: Span<UInt8>, from start: Int, before end: Int) -> Level? {
        guard line.count(of: UInt8(ascii: "/"), from: start, before: end) >= timerSlashes else { return nil }
        var index = start
        while index < end {
            var slashes = 0
            while index < end, ByteKind.isDigit(line[index]) || isTimerSign(line[index]) {
                if line[index] == UInt8(ascii: "/") { slashes += 1 }
                index += 1
            }
            if slashes == timerSlashes, let status = status(line, index, end) { return level(status: status) }
            while index < end, line[index] != 0x20 { index += 1 }
            index += 1
        }
        return nil
    }

    private static func isTimerSign(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "/") || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "+")
    }
}
