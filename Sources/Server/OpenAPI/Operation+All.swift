// SPDX-License-Identifier: Apache-2.0

internal import HTTPTypes

// The API's operations.
extension Operation {
    static let service = Operation(
        method: .get,
        path: "/",
        name: "getService",
        summary: "What this is, and how it stands.",
        responses: [.json("The observer.", "Service")]
    )
    static let health = Operation(
        method: .get,
        path: "/health",
        name: "getHealth",
        summary: "Whether all is well.",
        description:
            "200 as long as the process serves. Reasons are told to those who show the token, where there is one.",
        responses: [.json("Its health.", "Health")],
        isPublic: true
    )
    static let containers = Operation(
        method: .get,
        path: "/containers",
        name: "listContainers",
        summary: "The containers that run, or all.",
        parameters: [.all, .container, .label, .at],
        responses: [.json("The containers, by name.", "Containers"), badParameter, noHistory]
    )
    static let stats = Operation(
        method: .get,
        path: "/stats",
        name: "listStats",
        summary: "The latest figures of every container that runs, as docker stats prints them.",
        parameters: [.container, .label, .at],
        responses: [.json("The figures, by name.", "Stats"), badParameter, noHistory]
    )
    static let logs = Operation(
        method: .get,
        path: "/logs",
        name: "listMessages",
        summary: "Messages that history holds.",
        description: "As JSON, or, for `Accept: application/x-ndjson`, a message a line; then the fields Observer-Next "
            + "and Observer-Run tell next and run. Ask with after=NEXT for the next page.",
        parameters: Parameter.filters + [.pageTail, .limit, .order],
        responses: [
            Response(
                status: 200,
                description: "The messages, oldest first.",
                contents: [(Answer.json, reference("Page")), (Answer.jsonLines, reference("Message"))]
            ),
            badParameter,
            .error(503, "Too many answers are on their way."),
        ]
    )
    static let stream = Operation(
        method: .get,
        path: ObserverAPI.streamPath,
        name: "openStream",
        summary: "WebSocket: everything that happens.",
        description: streamDescription,
        parameters: Parameter.filters + [.tail, .wait],
        responses: streamResponses
    )
    static let containerStream = Operation(
        method: .get,
        path: ObserverAPI.containerStreamPath,
        name: "openContainerStream",
        summary: "WebSocket: everything that happens to one container.",
        description: streamDescription
            + " A container that is not known is answered by an error message and close code "
            + "4404, unless wait=true.",
        parameters: [.path("container_name", "The container's name, or the beginning of its id, 4 digits at least.")]
            + Parameter.filters + [.tail, .wait],
        responses: streamResponses
    )
    static let postAnomaly = Operation(
        method: .post,
        path: "/events/anomaly",
        name: "postAnomaly",
        summary: "Tells every client of an anomaly.",
        description: "type and seq of the object are replaced; a timestamp that is a time is shown. 100 a second.",
        body: #"{"type":"object"}"#,
        responses: [.json("The message that it became.", "ReceivedAnomaly")]
            + inputErrors("The body is no JSON object.")
    )
    static let postMark = Operation(
        method: .post,
        path: "/marks",
        name: "postMark",
        summary: "Sets a mark, which times refer to as @name.",
        body: reference("NewMark"),
        responses: [.json("The message that it became.", "ReceivedMark")] + inputErrors("The body is no mark.")
    )
    static let playback = Operation(
        method: .get,
        path: "/playback",
        name: "getPlayback",
        summary: "Where playback stands.",
        responses: [.json("Where it stands.", "Playback"), .error(409, "This source has no control of time.")]
    )
    static let controlPlayback = Operation(
        method: .post,
        path: "/playback",
        name: "controlPlayback",
        summary: "Pauses, goes on, changes the pace, jumps, or goes a step.",
        body: reference("PlaybackRequest"),
        responses: [
            .json("Where it stands then.", "Playback"), .error(400, "This cannot be asked of playback."),
            .error(409, "This source has no control of time, or refuses this."), tooLarge,
        ]
    )
    static let recordings = Operation(
        method: .get,
        path: "/recordings",
        name: "listRecordings",
        summary: "The recordings, where a directory is configured for them.",
        responses: [.json("The recordings, the newest first.", "Recordings"), noRecordings]
    )
    static let recording = Operation(
        method: .get,
        path: "/recordings/{file}",
        name: "getRecording",
        summary: "A recording, where a directory is configured for them.",
        parameters: [.path("file", "The file's name.")],
        responses: [
            Response(
                status: 200,
                description: "The file, as far as it is written.",
                contents: [("application/zstd", #"{"type":"string","format":"binary"}"#)]
            ),
            .error(404, "There is no such recording: recording_not_found, or no_recordings."),
            .error(503, "As many are handed out as may be, or it cannot be read."),
        ]
    )
    static let record = Operation(
        method: .post,
        path: "/recordings",
        name: "postRecording",
        summary: "Keeps what happens around now, where a directory is configured for recordings.",
        body: reference("RecordingRequest"),
        responses: [
            .json("The file that was begun.", "BegunRecording", status: 202),
            .error(400, "This cannot be recorded: bad_recording."), noRecordings,
            .error(409, "Nothing is recorded here: not_recording."), tooLarge,
            .error(429, "As many are written for clients as may be: too_many_recordings."),
            .error(503, "The file cannot be written: recording_failed."),
        ]
    )
    static let faults = Operation(
        method: .get,
        path: "/faults",
        name: "listFaults",
        summary: "What is made to go wrong in a simulation.",
        responses: [.json("The faults in force, the oldest first.", "Faults"), noFaults]
    )
    static let injectFault = Operation(
        method: .post,
        path: "/faults",
        name: "injectFault",
        summary: "Makes something go wrong in a simulation, now.",
        description:
            "The body is an entry of a scenario's timeline without its trigger, such as {\"kill\":\"postgres\"}.",
        body: #"{"type":"object"}"#,
        responses: [
            .json("What was applied.", "AppliedFault"), .error(400, "This is no entry that can be applied: bad_fault."),
            noFaults, tooLarge,
        ]
    )
    static let clearFault = Operation(
        method: .delete,
        path: "/faults/{id}",
        name: "clearFault",
        summary: "Ends a fault.",
        parameters: [.path("id", "The fault's name.")],
        responses: [
            .json("What has ended.", "AppliedFault"), .error(404, "No such fault is in force: fault_not_found."),
            noFaults,
        ]
    )
    static let metrics = Operation(
        method: .get,
        path: "/metrics",
        name: "getMetrics",
        summary: "The observer's own figures, for Prometheus.",
        responses: [
            Response(
                status: 200,
                description: "Prometheus' text format.",
                contents: [("text/plain", #"{"type":"string"}"#)]
            )
        ]
    )
    static let document = Operation(
        method: .get,
        path: "/openapi.json",
        name: "getDocument",
        summary: "This document.",
        responses: [
            Response(status: 200, description: "OpenAPI 3.1.", contents: [(Answer.json, #"{"type":"object"}"#)])
        ]
    )

    private static let badParameter = Response.error(400, "A parameter cannot be understood: bad_parameter.")
    private static let noHistory = Response.error(409, "There is no recording to answer from: no_history.")
    private static let noRecordings = Response.error(404, "No directory is configured for recordings: no_recordings.")
    private static let noFaults = Response.error(409, "This source is no simulation: no_faults.")
    private static let tooLarge = Response.error(413, "The body exceeds 64 KiB: body_too_large.")

    private static func inputErrors(_ problem: String) -> [Response] {
        [.error(400, problem), tooLarge, .error(429, "More come in than are taken a second.")]
    }

    private static let streamDescription =
        "Every frame is a text frame with one JSON message: connected, then recent log lines, then everything as it "
        + "happens, and heartbeat when it is silent. Browsers show the token by the subprotocols observer.v1 and "
        + "bearer.TOKEN. What clients send is ignored."
    private static let streamResponses = [
        Response(status: 101, description: "The stream: each frame is a Message.", contents: []), badParameter,
        .error(426, "The request is no WebSocket handshake: upgrade_required."),
        .error(503, "There are as many clients as there may be: too_many_clients."),
    ]
}
