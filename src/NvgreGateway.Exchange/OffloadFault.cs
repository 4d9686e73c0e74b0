namespace NvgreGateway.Exchange;

/// <summary>Why an offload did not pass the self-test of its port (C-073).</summary>
public enum OffloadFault : byte
{
    /// <summary>It passed, or was not to be tested.</summary>
    None,

    /// <summary>The driver refused the frame, or spoilt it.</summary>
    Refused,

    /// <summary>By loopback: nothing came back.</summary>
    Silent,

    /// <summary>By loopback: some frames did not come back, the others are right.</summary>
    Missing,

    /// <summary>By loopback: frames came back more often than they should, or in another order.</summary>
    Extra,

    /// <summary>By loopback: frames of other lengths than asked for.</summary>
    Size,

    /// <summary>By loopback: a checksum is wrong, all else is right.</summary>
    Sum,

    /// <summary>By loopback: other bytes are wrong.</summary>
    Bytes,

    /// <summary>There was no loopback, and <c>selfTest</c> is <c>force</c>; or there was no buffer to test with.</summary>
    Untested,
}
