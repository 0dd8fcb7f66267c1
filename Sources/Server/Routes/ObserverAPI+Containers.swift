// SPDX-License-Identifier: Apache-2.0

internal import Bytes
internal import HTTPTypes
internal import Observer
internal import ObserverModel

extension ObserverAPI {
    /// `GET /containers`.
    @Sendable func containers(_ call: Call) async throws -> Answer {
        let parameters = try call.parameters
        try refusePast(parameters)
        let all = try RequestParameters(parameters, times: times).flag("all")
        let state = await pipeline.state
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
        try refusePast(parameters)
        let state = await pipeline.state
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

    /// Refuses `at`, for which there is no recording.
    private func refusePast(_ parameters: [(name: String, value: String)]) throws {
        guard let text = parameters.first(where: { $0.name == "at" })?.value else { return }
        guard !text.isEmpty else { throw ParameterError("at", text, "has no value") }
        // A plus sign that nobody encoded was read as a space; no time has one.
        let restored = String(text.map { $0 == " " ? "+" : $0 })
        guard TimeExpression.resolve(restored, times) != nil else {
            throw ParameterError("at", text, "is not a time: use \(TimeExpression.grammar)")
        }
        throw Failure(
            .conflict,
            "no_history",
            "Only the present is known: to ask for the past with at=\(text.prefix(100)), a recording must be written or played."
        )
    }
}
