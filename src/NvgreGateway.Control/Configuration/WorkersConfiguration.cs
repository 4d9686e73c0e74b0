namespace NvgreGateway.Control.Configuration;

/// <summary>The poll threads; key <c>workers</c>.</summary>
public sealed record WorkersConfiguration
{
    /// <summary>The processor of each worker; at least one.</summary>
    public required ValueList<int> Cores { get; init; }

    /// <summary>What an idle worker does.</summary>
    public required IdleMode Idle { get; init; }

    /// <summary>The most packets taken from a queue at once.</summary>
    public required int Burst { get; init; }

    /// <summary>Whether they hand received packets to each other where a port does not spread them; may change while the gateway runs.</summary>
    public SpreadMode Spread { get; init; }
}
