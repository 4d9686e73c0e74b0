using NvgreGateway.Packets;

namespace NvgreGateway.Control.Neighbors;

/// <summary>Who has an address of a tenant.</summary>
internal sealed class TenantBinding
{
    /// <summary>The MAC that answers.</summary>
    public MacAddress Mac { get; set; }

    /// <summary>R of an advertisement on its behalf (E-054).</summary>
    public bool IsRouter { get; set; }

    /// <summary>Whether it is a record of the configuration.</summary>
    public bool Static { get; set; }

    /// <summary>Whether it moved too often and is not answered for (E-057).</summary>
    public bool IsDuplicate { get; set; }

    /// <summary>When it was last told of, nanoseconds.</summary>
    public ulong SeenAt { get; set; }

    /// <summary>When it last moved, nanoseconds.</summary>
    public ulong MovedAt { get; set; }

    /// <summary>When it moved lately, nanoseconds.</summary>
    public List<ulong> Moves { get; } = [];
}
