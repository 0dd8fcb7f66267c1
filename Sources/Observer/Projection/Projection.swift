// SPDX-License-Identifier: Apache-2.0

/// What the projector's messages and states are made by.
public enum Projection {
    /// The projection version: raised whenever the same observations make other bytes than before (law 2).
    public static let version = 1
}
