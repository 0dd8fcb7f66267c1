// SPDX-License-Identifier: Apache-2.0

import Bytes
import NIOCore
import NIOEmbedded
import Observer
import ObserverModel

@testable import Server

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// The seeds of a property test: so many, or so many times more as `OBSERVER_TEST_SEEDS` says.
func seeds(_ count: UInt64) -> ClosedRange<UInt64> {
    let factor = getenv("OBSERVER_TEST_SEEDS").flatMap { UInt64(String(cString: $0)) } ?? 1
    return 1...(count * max(1, factor))
}

/// A small generator with a seed, so that a failure can be had again (SplitMix64).
struct SplitMix64: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

/// A clock that tells the time it was made with.
struct StillClock: ObserverClock {
    var time = Timestamp(seconds: 1_700_000_000)

    func now() -> Timestamp { time }
}

extension ContainerTag {
    /// A container whose id repeats a digit.
    static func named(_ names: String..., digit: Character = "a", labels: [String: String] = [:]) -> ContainerTag {
        guard let id = ContainerID(String(repeating: digit, count: 64)) else { preconditionFailure("not a digit") }
        return ContainerTag(id: id, names: names, labels: labels)
    }
}

/// Makes messages as a projector does.
struct BatchBuilder {
    var batch = MessageBatch()

    mutating func log(
        _ sequence: UInt64,
        _ text: [UInt8],
        tag: ContainerTag?,
        level: Level = .info,
        stream: LogStream = .stdout,
        timestamp: Timestamp? = nil
    ) {
        var inside: [UInt8] = []
        text.withUnsafeBufferPointer { JSONEscape.append($0, to: &inside) }
        let start = batch.bytes.count
        batch.bytes += Array("{\"type\":\"log\",\"seq\":\(sequence),\"message\":\"".utf8)
        let textStart = batch.bytes.count
        batch.bytes += inside
        let textEnd = batch.bytes.count
        batch.bytes += Array("\"}".utf8)
        add(sequence, .log, tag, start, textStart..<textEnd, level, stream, timestamp)
    }

    mutating func message(
        _ sequence: UInt64,
        _ type: MessageType,
        tag: ContainerTag? = nil,
        timestamp: Timestamp? = nil,
        padding: Int = 0
    ) {
        let start = batch.bytes.count
        let filler = String(repeating: "x", count: padding)
        batch.bytes += Array("{\"type\":\"\(type.name)\",\"seq\":\(sequence),\"pad\":\"\(filler)\"}".utf8)
        add(sequence, type, tag, start, 0..<0, .info, .stdout, timestamp)
    }

    private mutating func add(
        _ sequence: UInt64,
        _ type: MessageType,
        _ tag: ContainerTag?,
        _ start: Int,
        _ text: Range<Int>,
        _ level: Level,
        _ stream: LogStream,
        _ timestamp: Timestamp?
    ) {
        let time = Timestamp(seconds: 1_700_000_000 + Int64(sequence))
        batch.headers.append(
            MessageHeader(
                sequence: sequence,
                time: time,
                timestamp: timestamp ?? time,
                type: type,
                container: tag,
                body: start..<batch.bytes.count,
                text: text,
                level: level,
                stream: stream
            )
        )
    }
}

/// What a client was told, in the order in which it was.
enum Told: Hashable {
    case message(UInt64, type: String)
    case gap(first: UInt64?, last: UInt64?, lost: UInt64?, reason: String)
    case other(String)
}

/// A socket that takes as much as the test says.
final class FakeOutlet: FrameOutlet {
    let eventLoop: any EventLoop
    var highMark = 256 << 10
    /// How many bytes the client takes before the socket is full; `nil` for all.
    private var window: Int?
    private(set) var unsentBytes = 0
    private(set) var received: [UInt8] = []
    private(set) var writes = 0
    private(set) var flushes = 0
    private(set) var closed: (code: UInt16, reason: String)?
    private var pending: [UInt8] = []
    private var decoded: [Told] = []
    private var decodedTexts: [String] = []
    var keepsTexts = true
    private var start = 0
    weak var client: HubClient?

    init(_ eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
    }

    /// Lets the client take so many bytes more, or everything.
    func open(_ bytes: Int?) {
        window = bytes
        take()
    }

    var isWritable: Bool { closed == nil && unsentBytes <= highMark }

    func write(frames: ByteBuffer) {
        writes += 1
        pending += Array(frames.readableBytesView)
        unsentBytes += frames.readableBytes
    }

    func flush() {
        flushes += 1
        take()
    }

    func close(code: UInt16, reason: String) {
        closed = (code, reason)
        client?.outletClosed()
    }

    private func take() {
        let count = min(window ?? unsentBytes, unsentBytes)
        guard count > 0 else { return }
        let wasWritable = isWritable
        if let window { self.window = window - count }
        received += pending.prefix(count)
        pending.removeFirst(count)
        unsentBytes -= count
        if !wasWritable, isWritable { client?.outletBecameWritable() }
    }

    /// Everything that was received, as whole messages.
    func told() -> [Told] {
        var rest = received[start...]
        while let payload = Self.frame(&rest) {
            decoded.append(Self.told(payload))
            if keepsTexts { decodedTexts.append(String(decoding: payload, as: UTF8.self)) }
        }
        start = rest.startIndex
        return decoded
    }

    /// The same as texts.
    var texts: [String] {
        _ = told()
        return decodedTexts
    }

    var sequences: [UInt64] {
        told().compactMap { if case .message(let sequence, _) = $0 { sequence } else { nil } }
    }

    private static func frame(_ bytes: inout ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        guard bytes.count >= 2 else { return nil }
        let head = bytes.startIndex
        precondition(bytes[head] == 0x81, "every frame is a whole text message")
        var count = Int(bytes[head + 1])
        var header = 2
        if count >= 126 {
            header = count == 126 ? 4 : 10
            guard bytes.count >= header else { return nil }
            count = bytes[(head + 2)..<(head + header)].reduce(0) { $0 << 8 | Int($1) }
        }
        guard bytes.count >= header + count else { return nil }
        let payload = bytes[(head + header)..<(head + header + count)]
        bytes = bytes[(head + header + count)...]
        return payload
    }

    /// A message in the form that ``BatchBuilder`` makes: `{"type":"log","seq":1,` and so on.
    private static func builtMessage(_ payload: ArraySlice<UInt8>) -> Told? {
        let type = payload.dropFirst(9).prefix { $0 != UInt8(ascii: "\"") }
        let rest = payload[type.endIndex...]
        guard rest.starts(with: Array("\",\"seq\":".utf8)) else { return nil }
        let digits = rest.dropFirst(8).prefix { $0 != UInt8(ascii: ",") }
        guard let sequence = Decimal.parse(Array(digits).span) else { return nil }
        return .message(sequence, type: String(decoding: type, as: UTF8.self))
    }

    private static func told(_ payload: ArraySlice<UInt8>) -> Told {
        if let message = builtMessage(payload) { return message }
        guard let root = try? JSONDocument(payload).root else { return .other("not JSON") }
        let type = root["type"]?.string ?? "none"
        guard type == "gap" else { return .other(type) }
        return .gap(
            first: root["first_seq"]?.integer.map { UInt64($0) },
            last: root["last_seq"]?.integer.map { UInt64($0) },
            lost: root["lost"]?.integer.map { UInt64($0) },
            reason: root["reason"]?.string ?? "none"
        )
    }
}

/// A hub with one embedded loop: everything on the test's own thread, time moved by the test.
struct HubFixture {
    let loop = EmbeddedEventLoop()
    let hub: Hub

    init(
        configure: (inout HubConfiguration) -> Void = { _ in },
        containers: @escaping @Sendable (String) -> ContainerMatch = { _ in .unknown }
    ) {
        var configuration = HubConfiguration(run: "run-1")
        configure(&configuration)
        hub = Hub(configuration: configuration, clock: StillClock(), containers: containers)
    }

    func connect(_ request: StreamRequest = StreamRequest(), window: Int? = nil, highMark: Int = 256 << 10) -> (
        FakeOutlet, HubClient
    ) {
        _ = hub.reserveClient()
        let outlet = FakeOutlet(loop)
        outlet.highMark = highMark
        if let window { outlet.open(window) }
        let client = hub.connect(outlet, request)
        outlet.client = client
        return (outlet, client)
    }

    func publish(_ build: (inout BatchBuilder) -> Void) {
        var builder = BatchBuilder()
        build(&builder)
        hub.publish(builder.batch)
    }

    func publishLogs(_ sequences: ClosedRange<UInt64>, tag: ContainerTag? = nil, size: Int = 100) {
        publish { builder in
            for sequence in sequences {
                builder.log(sequence, Array(repeating: UInt8(ascii: "x"), count: size), tag: tag)
            }
        }
    }
}
