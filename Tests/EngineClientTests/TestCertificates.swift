// SPDX-License-Identifier: Apache-2.0

/// Certificates and keys for tests of TLS, used nowhere else, valid for 100 years.
///
/// Made by this shell script, whose files are copied here:
///
/// ```sh
/// set -e
/// authority() { openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 36500 -subj "/CN=$1" -keyout $1.key -out $1.pem; }
/// signed() { openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$1" -keyout $1.key -out $1.csr
///            printf "$2" > $1.ext; openssl x509 -req -in $1.csr -CA authority.pem -CAkey authority.key -days 36500 -extfile $1.ext -out $1.pem; }
/// authority authority; authority stranger
/// signed engine    'subjectAltName=DNS:localhost,IP:127.0.0.1'
/// signed elsewhere 'subjectAltName=DNS:elsewhere.example'
/// signed client    'extendedKeyUsage=clientAuth'
/// ```
enum TestCertificates {
    /// The CA that signed the others.
    static let authority = """
        -----BEGIN CERTIFICATE-----
        MIIBfjCCASWgAwIBAgIUb+4H7vbXBrTG1jAo/hfmxboBeoAwCgYIKoZIzj0EAwIw
        FDESMBAGA1UEAwwJYXV0aG9yaXR5MCAXDTI2MTEyMzEzNDk1NVoYDzIxMjYxMDMw
        MTM0OTU1WjAUMRIwEAYDVQQDDAlhdXRob3JpdHkwWTATBgcqhkjOPQIBBggqhkjO
        PQMBBwNCAAQBZLzcNEp1Hnaf4EbIb9QN5Kp5EeLQg3TXKP7Q6IFwTN+ICcwd4RPT
        kXHCIsPcIBsHDBI5HcthhvHKsk6mUGMKo1MwUTAdBgNVHQ4EFgQU1McJWS8nbfbe
        nNkzbs+eiWJsqt0wHwYDVR0jBBgwFoAU1McJWS8nbfbenNkzbs+eiWJsqt0wDwYD
        VR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNHADBEAiAUGyBc5L2hARgYfD5qk4I2
        sH9ZgJwRy9fqlnVvB4oqqAIgTRiri1se6V1fQlB8KfV+64Pw0LU/WJp/K2P65v4O
        ut8=
        -----END CERTIFICATE-----
        """

    /// A CA that signed nothing here.
    static let stranger = """
        -----BEGIN CERTIFICATE-----
        MIIBfDCCASOgAwIBAgIUT24Co04ZGSRcA7TyVNOPvA1q+kQwCgYIKoZIzj0EAwIw
        EzERMA8GA1UEAwwIc3RyYW5nZXIwIBcNMjYxMTIzMTM0OTU1WhgPMjEyNjEwMzAx
        MzQ5NTVaMBMxETAPBgNVBAMMCHN0cmFuZ2VyMFkwEwYHKoZIzj0CAQYIKoZIzj0D
        AQcDQgAEMVbWzcB48HgE9ak6HauM68bYMF9axGKvNdR+txETuNrKlUS4ycddIN7Z
        bGdj1CtkP3LAob09YHR/nEsHOd4dmaNTMFEwHQYDVR0OBBYEFLgpS6mzmQXnMl6V
        lZVr3hPnxcJgMB8GA1UdIwQYMBaAFLgpS6mzmQXnMl6VlZVr3hPnxcJgMA8GA1Ud
        EwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDRwAwRAIgQaZaQKfSpR2qd8Ft2Z5cYdCs
        BX57yNrT8jHHFgxM5Z0CIDWDCq1D8uZ6rDC9fHXVAdebjnOAuzZ3udtg0gaB/6Fj
        -----END CERTIFICATE-----
        """

    /// The engine's certificate, for localhost and 127.0.0.1.
    static let engine = """
        -----BEGIN CERTIFICATE-----
        MIIBhjCCAS2gAwIBAgIUXrgulXo5H/kcv4DkEzw6FcUpEx4wCgYIKoZIzj0EAwIw
        FDESMBAGA1UEAwwJYXV0aG9yaXR5MCAXDTI2MTEyMzEzNDk1NVoYDzIxMjYxMDMw
        MTM0OTU1WjARMQ8wDQYDVQQDDAZlbmdpbmUwWTATBgcqhkjOPQIBBggqhkjOPQMB
        BwNCAARNSk6R6Gsnaq6qWgYHMsJtatQIyrlX6DSxydRh3fCU45hyucQ4MAieUvPV
        LcRrsESAnyNIhxWN+5dOkdyXPtHDo14wXDAaBgNVHREEEzARgglsb2NhbGhvc3SH
        BH8AAAEwHQYDVR0OBBYEFH+BXHZiwcJMz8RtyXpcpHL3gha3MB8GA1UdIwQYMBaA
        FNTHCVkvJ2323pzZM27PnolibKrdMAoGCCqGSM49BAMCA0cAMEQCIGwumJ+1mdhf
        O0JAkOUeRCKIOPtImsRZY8zaHfhEWiWLAiBAZkSbEszoKW1wfv0rI8oNjRl0CMfR
        7t4gTXh+7dTVXQ==
        -----END CERTIFICATE-----
        """

    /// The engine's key.
    static let engineKey = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgaZbXkswKC/s4H9Fg
        yrK6kV4LtQmZKIRmBBGvZHt/gOShRANCAARNSk6R6Gsnaq6qWgYHMsJtatQIyrlX
        6DSxydRh3fCU45hyucQ4MAieUvPVLcRrsESAnyNIhxWN+5dOkdyXPtHD
        -----END PRIVATE KEY-----
        """

    /// An engine's certificate for another name.
    static let elsewhere = """
        -----BEGIN CERTIFICATE-----
        MIIBjDCCATKgAwIBAgIURZOFJuHzRJtgiVx4tl4UF6JkgbYwCgYIKoZIzj0EAwIw
        FDESMBAGA1UEAwwJYXV0aG9yaXR5MCAXDTI2MTEyMzEzNDk1NloYDzIxMjYxMDMw
        MTM0OTU2WjAUMRIwEAYDVQQDDAllbHNld2hlcmUwWTATBgcqhkjOPQIBBggqhkjO
        PQMBBwNCAAT7zevkB6/soUGW4iCSPlDuYPsWesRmDpWSpb1nVN2Ft5m3AdAlSQ/5
        tJI3WNIcV7kvfNg3y3YYqpXd+gjZ2TEoo2AwXjAcBgNVHREEFTATghFlbHNld2hl
        cmUuZXhhbXBsZTAdBgNVHQ4EFgQU+ZuVXj0nhyqbVOVvBl/IOlrfvJEwHwYDVR0j
        BBgwFoAU1McJWS8nbfbenNkzbs+eiWJsqt0wCgYIKoZIzj0EAwIDSAAwRQIgLoAU
        TWq6ecXn1wM1Bo3F7bRingaYZiVz9kf/0lipXU0CIQD9gHCk00mWwRcSrbnySQAT
        ulZAsnT5EXVgvLS6zkMCtQ==
        -----END CERTIFICATE-----
        """

    /// Its key.
    static let elsewhereKey = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg0bYKyk6Ivw8h0/hU
        Gkh73H+OdPCKg1oYRuuzoieAbQOhRANCAAT7zevkB6/soUGW4iCSPlDuYPsWesRm
        DpWSpb1nVN2Ft5m3AdAlSQ/5tJI3WNIcV7kvfNg3y3YYqpXd+gjZ2TEo
        -----END PRIVATE KEY-----
        """

    /// The client's certificate.
    static let client = """
        -----BEGIN CERTIFICATE-----
        MIIBgDCCASagAwIBAgIUA/ObpWqlXl0svfFNMDX06KSafYswCgYIKoZIzj0EAwIw
        FDESMBAGA1UEAwwJYXV0aG9yaXR5MCAXDTI2MTEyMzEzNDk1N1oYDzIxMjYxMDMw
        MTM0OTU3WjARMQ8wDQYDVQQDDAZjbGllbnQwWTATBgcqhkjOPQIBBggqhkjOPQMB
        BwNCAASvA7ZDE1YC/QXlNnd8dYtcwoevASjRNK4AIWu6ITacUCX4v9dnzTdvmYJt
        hdfiGFtpgaodtapAdaiXM7tSRCj4o1cwVTATBgNVHSUEDDAKBggrBgEFBQcDAjAd
        BgNVHQ4EFgQU85t5kUdUXX2WNcWhqceJHgI0I3QwHwYDVR0jBBgwFoAU1McJWS8n
        bfbenNkzbs+eiWJsqt0wCgYIKoZIzj0EAwIDSAAwRQIgQSZs1GvtxchgwLdJ/EQJ
        1bWmEb37AqNlT7k0/iUBJocCIQDltLNgRmrYr0ddfXLukyFA54LGu0Gxzb5ForP7
        pp2P6Q==
        -----END CERTIFICATE-----
        """

    /// The client's key.
    static let clientKey = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgnfjYdQsEKRjKnMBp
        Z5eTrDUQyWA5rP1uXx/Bc06P48ihRANCAASvA7ZDE1YC/QXlNnd8dYtcwoevASjR
        NK4AIWu6ITacUCX4v9dnzTdvmYJthdfiGFtpgaodtapAdaiXM7tSRCj4
        -----END PRIVATE KEY-----
        """
}
