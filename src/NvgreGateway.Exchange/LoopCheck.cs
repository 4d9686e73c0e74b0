namespace NvgreGateway.Exchange;

/// <summary>What became of the loopback part of a port's self-test (C-073).</summary>
public enum LoopCheck : uint
{
    /// <summary>It has not been started yet, or there was nothing to test.</summary>
    None,

    /// <summary>Done: what passed came back from the device as software would have made it.</summary>
    Done,

    /// <summary>The device cannot: nothing was sent.</summary>
    Unable,

    /// <summary><c>selfTest: off</c>: nothing was sent.</summary>
    Unwanted,

    /// <summary>The device did not go into loopback, or did not send back a frame that asked for nothing.</summary>
    Failed,
}
