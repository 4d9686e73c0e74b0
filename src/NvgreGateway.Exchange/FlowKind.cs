namespace NvgreGateway.Exchange;

/// <summary>What a rule in a port's hardware is for (<see cref="FlowSlot"/>).</summary>
public enum FlowKind : byte
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>NVGRE of one VSID goes to a set of queues (C-054).</summary>
    VsidQueues,

    /// <summary>NVGRE with an inner destination MAC goes to a set of queues (C-053).</summary>
    InnerMacQueues,

    /// <summary>Plain frames to a MAC go to a set of queues (C-053).</summary>
    MacQueues,

    /// <summary>NVGRE is spread over all queues by its inner headers (C-050).</summary>
    InnerSpread,

    /// <summary>Frames of a known station to another leave encapsulated (C-122, C-138).</summary>
    Encapsulate,

    /// <summary>NVGRE of a known station to another leaves decapsulated (C-121, C-138).</summary>
    Decapsulate,
}
