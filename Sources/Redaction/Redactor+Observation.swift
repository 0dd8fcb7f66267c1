// SPDX-License-Identifier: Apache-2.0

internal import Bytes
public import ObserverModel

extension Redactor {
    /// Masks the secrets of an observation: of its line, of the engine's JSON in it, or of what a client sent.
    public func redact(_ observation: inout Observation) {
        guard !isIdle else { return }
        switch observation.fact {
        case .log(var line):
            guard let bytes = redact(line: line.bytes) else { return }
            line.bytes = bytes[...]
            observation.fact = .log(line)
        case .event(var event):
            guard let raw = redactIfNeeded(json: event.raw, kind: .event) else { return }
            event.raw = raw[...]
            observation.fact = .event(event)
        case .container(var record):
            guard let raw = redactIfNeeded(json: record.raw, kind: .inspect) else { return }
            record.raw = raw[...]
            observation.fact = .container(record)
        case .anomaly(var anomaly):
            guard let object = redactIfNeeded(json: anomaly.object, kind: .other) else { return }
            anomaly.object = object[...]
            observation.fact = .anomaly(anomaly)
        case .mark(let mark):
            observation.fact = .mark(Mark(name: redacted(mark.name), text: redacted(mark.text)))
        case .command(var command):
            command.path = redacted(command.path)
            command.body = redactedBody(command.body)
            observation.fact = .command(command)
        case .incident(var incident):
            // It repeats what a client said.
            incident.message = redacted(incident.message)
            observation.fact = .incident(incident)
        case .stats, .engine, .settle, .gap:
            // Numbers, and sentences of the observer's own.
            return
        }
    }

    private func redacted(_ text: String) -> String {
        redact(line: Array(text.utf8)[...]).map { String(decoding: $0, as: UTF8.self) } ?? text
    }

    /// A body by its strings where it is JSON, else as a line.
    private func redactedBody(_ body: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        guard (try? JSONDocument(body)) != nil else { return redact(line: body)?[...] ?? body }
        return redactIfNeeded(json: body, kind: .other)?[...] ?? body
    }
}
