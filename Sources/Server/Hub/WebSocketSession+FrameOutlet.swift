// SPDX-License-Identifier: Apache-2.0

public import HTTPCore

extension WebSocketSession: FrameOutlet {
    /// Begins the closing handshake behind what was written.
    public func close(code: UInt16, reason: String) {
        close(code: WebSocketCloseCode(rawValue: code), reason: reason)
    }
}
