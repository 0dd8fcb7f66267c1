// SPDX-License-Identifier: Apache-2.0

internal import Bytes
internal import HTTPTypes
internal import Observer
internal import ObserverModel

extension ObserverAPI {
    /// `GET /containers`.
    @Sendable func containers(_ call: Call) async throws -> Answer {
        let parameters = try call.parameters
        let state = try await state(parameters)
        let all = try RequestParameters(parameters, times: times).flag("all")
        let filter = try selection(parameters, state)
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("containers")
        let count = state.writeContainers(all: all, to: &writer) { filter.takes($0) }
        writer.key("count")
        writer.integer(count)
        writer.endObject()
        return Answer(writer.bytes)
    }

    /// `GET /stats`: a function of the last observation, and so is its timestamp.
    @Sendable func stats(_ call: Call) async throws -> Answer {
        let parameters = try call.parameters
        let state = try await state(parameters)
        let filter = try selection(parameters, state)
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("stats")
        state.writeStats(to: &writer) { filter.takes($0) }
        writer.key("timestamp")
        writer.time(state.time ?? start)
        writer.endObject()
        return Answer(writer.bytes)
    }

    /// The containers that `container` and `label` choose; what is no name may be the beginning of an id.
    private func selection(
        _ parameters: [(name: String, value: String)],
        _ state: ObserverState
    ) throws(ParameterError) -> MessageFilter {
        let wanted = parameters.filter { $0.name == "container" || $0.name == "label" }
        var filter = try RequestParameters(wanted, times: times).filter()
        filter.containers = filter.containers.map { pattern in
            guard case .name(let glob) = pattern, glob.isLiteral, ContainerMatch.mayBePrefix(glob.text),
                let container = state.container(named: glob.text), container.name != glob.text
            else { return pattern }
            return .id(container.id)
        }
        return filter
    }

    /// The state now, or as of `at`.
    private func state(_ parameters: [(name: String, value: String)]) async throws -> ObserverState {
        guard let text = parameters.first(where: { $0.name == "at" })?.value else { return await pipeline.state }
        guard !text.isEmpty else { throw ParameterError("at", text, "has no value") }
        // A plus sign that nobody encoded was read as a space; no time has one.
        let restored = String(text.map { $0 == " " ? "+" : $0 })
        guard let time = TimeExpression.resolve(restored, times) else {
            throw ParameterError("at", text, "is not a time: use \(TimeExpression.grammar)")
        }
        guard let past else {
            throw Failure(
                .conflict,
                "no_history",
                "Only the present is known: for the past with at=\(text.prefix(100)), a recording must be made or played."
            )
        }
        if archive == nil {
            // What is recorded reaches to the present, which is known without reading it.
            let present = await pipeline.state
            if time <= clock.now(), present.time.map({ $0 <= time }) ?? false { return present }
        }
        guard let state = try await Self.state(of: past, at: time) else {
            throw Failure(.conflict, "no_history", "The recording does not reach to \(time).")
        }
        return state
    }

    /// Reads a recording on a thread of the pool: it may take a tenth of a second.
    @concurrent
    private static func state(of archive: any StateArchive, at time: Timestamp) async throws -> ObserverState? {
        do { return try await archive.state(at: time) } catch { throw Failure(reading: error) }
    }
}
