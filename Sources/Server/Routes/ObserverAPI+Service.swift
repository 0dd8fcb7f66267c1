// SPDX-License-Identifier: Apache-2.0

internal import Bytes
internal import Observer
internal import ObserverModel

extension ObserverAPI {
    /// `GET /`: what this is, and how it stands.
    @Sendable func service(_ call: Call) async -> Answer {
        let standing = await self.standing
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("service")
        writer.string(plain: "sentinell-observer")
        writer.key("status")
        writer.string(plain: Self.status(standing))
        writer.key("timestamp")
        writer.time(clock.now())
        writer.key("monitored_containers")
        writer.integer(standing.running)
        writer.key("active_ws_connections")
        writer.integer(hub.clientCount)
        writer.key("version")
        writer.string(version)
        writer.key("mode")
        writer.string(source.mode)
        writer.key("run")
        writer.string(hub.run)
        writer.key("seq")
        writer.integer(hub.newest)
        writer.key("engine")
        writer.engine(standing.engine)
        writer.endObject()
        return Answer(writer.bytes)
    }

    /// `GET /health`: 200 as long as the process serves; the reasons are for those who may know them.
    @Sendable func health(_ call: Call) async -> Answer {
        let standing = await self.standing
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("status")
        writer.string(plain: Self.status(standing))
        let problems = standing.problems
        if !problems.isEmpty, call.grant.isTrusted {
            writer.key("reasons")
            writer.beginArray()
            for problem in problems { writer.string(problem) }
            writer.endArray()
        }
        writer.endObject()
        return Answer(writer.bytes)
    }

    private static func status(_ standing: Standing) -> StaticString {
        standing.problems.isEmpty ? "healthy" : "degraded"
    }
}

extension JSONWriter {
    /// Writes how the connection to the engine stands.
    fileprivate mutating func engine(_ engine: EngineStanding) {
        beginObject()
        key("state")
        string(plain: engine.isConnected ? "connected" : "disconnected")
        key("since")
        if let since = engine.since { time(since) } else { null() }
        key("message")
        string(engine.message)
        endObject()
    }
}
