// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing

/// What an engine hands out as a container's log, read by the tests' own code.
struct EngineLog {
    /// One line.
    struct Line: Hashable, Comparable, CustomStringConvertible {
        let stream: String
        let time: String
        let text: String

        var description: String { "\(stream) \(time) \(text.prefix(80))" }

        static func < (left: Line, right: Line) -> Bool {
            (left.stream, left.time, left.text) < (right.stream, right.time, right.text)
        }
    }

    let lines: [Line]

    /// The bytes of a timestamp and the blank behind it (fact H4).
    private static let prefixLength = 31

    /// Reads the whole log with one request that is not followed.
    static func read(_ container: String, from engine: Engine, isTerminal: Bool = false) async throws -> EngineLog {
        let target = "/containers/\(container)/logs?stdout=1&stderr=1&timestamps=1"
        let address = ProbeAddress.unix(path: engine.socket)
        let reply = try await HTTPProbe.request("GET", target, at: address, within: .seconds(120))
        guard reply.status == 200 else { throw Engine.Failure(description: "logs of \(container): \(reply.text)") }
        return EngineLog(lines: isTerminal ? terminalLines(reply.body) : frameLines(reply.body))
    }

    /// Lines of frames: one frame a message, parts of a long line without a newline (facts H2, H6).
    private static func frameLines(_ body: [UInt8]) -> [Line] {
        var lines: [Line] = []
        var open: [UInt8: (time: String, bytes: [UInt8])] = [:]
        func close(_ stream: UInt8) {
            guard let (time, bytes) = open.removeValue(forKey: stream) else { return }
            lines.append(line(stream == 2 ? "stderr" : "stdout", time, bytes))
        }
        var index = 0
        while index + 8 <= body.count {
            let stream = body[index]
            let length = body[(index + 4)..<(index + 8)].reduce(0) { $0 << 8 | Int($1) }
            let payload = body[(index + 8)..<(index + 8 + length)]
            index += 8 + length
            let time = String(decoding: payload.prefix(prefixLength - 1), as: UTF8.self)
            let text = payload.dropFirst(prefixLength)
            if let present = open[stream], present.time != time { close(stream) }
            open[stream, default: (time, [])].bytes += text
            if text.last == 10 { close(stream) }
        }
        for stream in open.keys.sorted() { close(stream) }
        return lines
    }

    /// Lines of a terminal, short enough to have come in one part.
    private static func terminalLines(_ body: [UInt8]) -> [Line] {
        body.split(separator: 10).map { bytes in
            let time = String(decoding: bytes.prefix(prefixLength - 1), as: UTF8.self)
            return line("stdout", time, Array(bytes.dropFirst(prefixLength)))
        }
    }

    /// The line as a message shows it: no line ending, what is no UTF-8 replaced.
    private static func line(_ stream: String, _ time: String, _ bytes: [UInt8]) -> Line {
        var bytes = bytes[...]
        if bytes.last == 10 { bytes.removeLast() }
        if bytes.last == 13 { bytes.removeLast() }
        return Line(stream: stream, time: time, text: String(decoding: bytes, as: UTF8.self))
    }
}

extension MessageLog.Message {
    /// The log message as a line, to be compared with the engine's.
    var line: EngineLog.Line {
        EngineLog.Line(stream: json["stream"].string ?? "", time: json["timestamp"].string ?? "", text: text)
    }
}

/// Law 5: what was delivered is what the engine hands out, as a multiset and in order per stream.
func expectExactlyOnce(
    _ delivered: [EngineLog.Line],
    _ log: EngineLog,
    sourceLocation: SourceLocation = #_sourceLocation
) {
    let difference = difference(delivered.sorted(), log.lines.sorted())
    #expect(
        difference.missing.prefix(5) == [],
        "\(difference.missing.count) are missing",
        sourceLocation: sourceLocation
    )
    #expect(difference.surplus.prefix(5) == [], "\(difference.surplus.count) too many", sourceLocation: sourceLocation)
    guard difference.missing.isEmpty, difference.surplus.isEmpty else { return }
    for stream in ["stdout", "stderr"] {
        let (mine, engines) = (delivered.filter { $0.stream == stream }, log.lines.filter { $0.stream == stream })
        let first = zip(mine, engines).enumerated().first { $1.0 != $1.1 }
        #expect(first == nil, "\(stream) is in another order", sourceLocation: sourceLocation)
    }
}

/// What two sorted arrays do not have in common.
private func difference(
    _ delivered: [EngineLog.Line],
    _ expected: [EngineLog.Line]
) -> (missing: [EngineLog.Line], surplus: [EngineLog.Line]) {
    var (missing, surplus): ([EngineLog.Line], [EngineLog.Line]) = ([], [])
    var (left, right) = (0, 0)
    while left < delivered.count || right < expected.count {
        if left < delivered.count, right < expected.count, delivered[left] == expected[right] {
            left += 1
            right += 1
        } else if right == expected.count || (left < delivered.count && delivered[left] < expected[right]) {
            surplus.append(delivered[left])
            left += 1
        } else {
            missing.append(expected[right])
            right += 1
        }
    }
    return (missing, surplus)
}
