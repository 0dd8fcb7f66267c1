// SPDX-License-Identifier: Apache-2.0

internal import HTTPTypes

extension ObserverAPI {
    /// `GET /recordings` and what is below: only where a directory is configured.
    @Sendable func recordings(_ call: Call) async throws -> Answer {
        throw Failure(
            .notFound,
            "no_recordings",
            "This observer keeps no recordings: no directory is configured for them."
        )
    }
}
