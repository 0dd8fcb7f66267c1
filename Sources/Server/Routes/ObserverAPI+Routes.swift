// SPDX-License-Identifier: Apache-2.0

extension ObserverAPI {
    /// Every operation of the API with its description, which makes `/openapi.json`.
    var routes: RouteTable {
        var routes = [
            Route(operation: .service, answer: service),
            Route(operation: .health, answer: health),
            Route(operation: .containers, answer: containers),
            Route(operation: .stats, answer: stats),
            Route(operation: .logs, answer: logs),
            Route(operation: .stream, answer: refusedStream),
            Route(operation: .containerStream, answer: refusedStream),
            Route(operation: .postAnomaly, answer: postAnomaly),
            Route(operation: .postMark, answer: postMark),
            Route(operation: .playback, answer: playbackStatus),
            Route(operation: .controlPlayback, answer: controlPlayback),
            Route(operation: .recordings, answer: listRecordings),
            Route(operation: .recording, answer: recording),
            Route(operation: .record, answer: postRecording),
            Route(operation: .faults, answer: listFaults),
            Route(operation: .injectFault, answer: postFault),
            Route(operation: .clearFault, answer: deleteFault),
            Route(operation: .metrics, answer: metrics),
        ]
        let document = APIDocument.json(routes.map(\.operation) + [.document], version: version)
        routes.append(Route(operation: .document) { _ in Answer(document) })
        return RouteTable(routes)
    }
}
