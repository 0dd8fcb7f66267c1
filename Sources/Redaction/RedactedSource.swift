// SPDX-License-Identifier: Apache-2.0

public import ObserverModel

/// A source whose observations are redacted before anybody sees them: clients, history and recordings hold the same.
public struct RedactedSource: ObservationSource {
    private let source: any ObservationSource
    private let redactor: Redactor

    /// Makes a source of another one.
    public init(_ source: any ObservationSource, redactor: Redactor) {
        self.source = source
        self.redactor = redactor
    }

    /// What the other source can do.
    public var capabilities: SourceCapabilities { source.capabilities }

    /// What the other source is.
    public var description: SourceDescription { source.description }

    /// The other source's control of time.
    public var playback: (any PlaybackControl)? { source.playback }

    /// Observes as the other source does.
    @concurrent
    public func run(emit: @escaping @Sendable (ObservationBatch) async -> Void) async throws {
        let redactor = redactor
        try await source.run { batch in
            var redacted = batch
            for index in redacted.indices { redactor.redact(&redacted[index]) }
            await emit(redacted)
        }
    }
}
