// SPDX-License-Identifier: Apache-2.0

import Bytes
import DockerAPI

/// What a decoder made of a response.
struct Decoding: Equatable {
    var lines: [DecodedLine] = []
    var error: LogStreamError?

    /// Decodes a response that comes in these parts, and ends.
    init(
        _ parts: [[UInt8]],
        _ framing: LogDecoder.Framing,
        maximumLine: Int = LogDecoder.defaultMaximumLine,
        hasTimestamps: Bool = true
    ) {
        var decoder = LogDecoder(framing: framing, maximumLine: maximumLine, hasTimestamps: hasTimestamps)
        do throws(LogStreamError) {
            for part in parts {
                do throws(LogStreamError) {
                    try decoder.decode(part, into: &lines)
                } catch {
                    // The engine's words end nothing; the first of them are kept.
                    guard case .systemError = error else { throw error }
                    if self.error == nil { self.error = error }
                }
            }
            try decoder.finish(into: &lines)
        } catch {
            self.error = error
        }
    }

    /// The lines' texts.
    var texts: [String] { lines.map { String(decoding: $0.bytes, as: UTF8.self) } }
}

/// A frame of one message.
func frame(_ kind: StreamFrame.Kind, _ text: String) -> [UInt8] {
    var bytes: [UInt8] = []
    StreamFrame.append(kind, Array(text.utf8)[...], to: &bytes)
    return bytes
}

/// A timestamp as the engine writes it.
func stamp(_ nanoseconds: Int64) -> String {
    Timestamp(nanoseconds: 1_795_433_138_000_000_000 + nanoseconds).description
}

/// The time of `stamp`.
func time(_ nanoseconds: Int64) -> Timestamp {
    Timestamp(nanoseconds: 1_795_433_138_000_000_000 + nanoseconds)
}
