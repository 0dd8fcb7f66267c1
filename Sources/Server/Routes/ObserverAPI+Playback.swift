// SPDX-License-Identifier: Apache-2.0

internal import Bytes
internal import HTTPTypes
internal import Observer
internal import ObserverModel

extension ObserverAPI {
    /// `GET /playback`.
    @Sendable func playbackStatus(_ call: Call) async throws -> Answer {
        guard let playback else { throw noPlayback }
        return Answer(Self.json(await playback.status(), mode: source.mode))
    }

    /// `POST /playback`.
    @Sendable func controlPlayback(_ call: Call) async throws -> Answer {
        guard let playback else { throw noPlayback }
        let (document, _) = try await object(of: call)
        let request = try playbackRequest(document.root)
        do {
            return Answer(Self.json(try await playback.apply(request), mode: source.mode))
        } catch let refusal as PlaybackRefusal {
            throw Failure(.conflict, "playback_refused", refusal.description)
        }
    }

    private var noPlayback: Failure {
        Failure(
            .conflict,
            "no_playback",
            "Time cannot be controlled in \(source.mode) mode: that is for recordings and simulations."
        )
    }

    private func playbackRequest(_ object: JSONValue) throws(Failure) -> PlaybackRequest {
        var request = PlaybackRequest()
        for (name, value) in object.members {
            switch name {
            case "seek": request.seek = value.string.flatMap { TimeExpression.resolve($0, times) }
            case "speed": request.speed = Self.speed(value)
            case "state": request.paused = Self.isPaused(value)
            case "advance":
                request.advance = value.string.flatMap { TimeExpression.duration($0[...]) }.map { .nanoseconds($0) }
            default: throw Self.badPlayback("\(name) is none of seek, speed, state and advance")
            }
        }
        guard request != PlaybackRequest() else {
            throw Self.badPlayback("give one or more of seek, speed, state and advance")
        }
        let given = [request.seek != nil, request.speed != nil, request.paused != nil, request.advance != nil]
        guard given.count(where: { $0 }) == Set(object.members.map(\.name)).count else {
            throw Self.badPlayback(
                "state is playing or paused, speed a number above 0 and up to 1000 or max, "
                    + "seek a time (\(TimeExpression.grammar)), advance a duration such as 10s"
            )
        }
        return request
    }

    private static func badPlayback(_ problem: String) -> Failure {
        Failure(.badRequest, "bad_playback", "This cannot be asked of playback: \(problem).")
    }

    private static func speed(_ value: JSONValue) -> PlaybackSpeed? {
        if value.string == "max" { return .max }
        guard let factor = value.double, factor > 0, factor <= 1000 else { return nil }
        return .times(factor)
    }

    private static func isPaused(_ value: JSONValue) -> Bool? {
        switch value.string {
        case "paused": true
        case "playing": false
        default: nil
        }
    }

    /// How playback stands; `lag` is in seconds.
    static func json(_ status: PlaybackStatus, mode: String) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("mode")
        writer.string(mode)
        writer.key("state")
        writer.string(status.state.rawValue)
        writer.key("speed")
        switch status.speed {
        case .max: writer.string(plain: "max")
        case .times(let factor): writer.raw(Array("\(factor)".utf8)[...])
        }
        writer.key("position")
        writer.time(status.position)
        writer.key("start")
        writer.time(status.start)
        writer.key("end")
        if let end = status.end { writer.time(end) } else { writer.null() }
        writer.key("seq")
        writer.integer(status.sequence)
        writer.key("lag")
        writer.hundredths(status.lag.wholeNanoseconds / 10_000_000)
        writer.key("epoch")
        writer.integer(status.epoch)
        writer.key("projection")
        writer.integer(Projection.version)
        writer.endObject()
        return writer.bytes
    }
}
