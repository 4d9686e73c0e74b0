namespace NvgreGateway.Exchange;

/// <summary>What became of a wanted rule (<see cref="FlowSlot"/>).</summary>
public enum FlowState : uint
{
    /// <summary>Not tried yet, or its port is not started.</summary>
    Waiting,

    /// <summary>In force.</summary>
    Installed,

    /// <summary>The device does not do that: normal (C-123).</summary>
    Refused,

    /// <summary>The device would take such a rule: the answer to a probe.</summary>
    Able,

    /// <summary>The device would do that but did not take the rule, as when its table is full (C-125).</summary>
    Failed,
}
