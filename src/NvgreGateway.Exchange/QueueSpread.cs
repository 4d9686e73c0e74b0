namespace NvgreGateway.Exchange;

/// <summary>Who spreads what a port receives over the workers, and why (C-056); settled when the port is set up.</summary>
public enum QueueSpread : uint
{
    /// <summary>Not known: the port was not started.</summary>
    Unknown,

    /// <summary>Nobody: there is one worker.</summary>
    OneWorker,

    /// <summary>The device, by the inner headers of NVGRE.</summary>
    InnerRss,

    /// <summary>The device, by the headers of tenant frames, which arrive bare on an access port.</summary>
    PlainRss,

    /// <summary>The kernel, whose hash finds the inner headers of NVGRE too: a fan-out of packet sockets.</summary>
    Kernel,

    /// <summary>The device, by a flow rule for the inner headers of NVGRE.</summary>
    InnerRule,

    /// <summary>Workers, for the port has fewer receive queues than there are workers.</summary>
    FewQueues,

    /// <summary>Workers, for the device hashes the outer headers of NVGRE alone: to it a pair of PAs is one flow.</summary>
    OuterRss,

    /// <summary>Workers, for the device does not say how it chooses a queue.</summary>
    NoRss,
}
