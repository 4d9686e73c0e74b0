namespace NvgreGateway.Control.Configuration;

/// <summary>Events that traffic causes and that an operator may not want to hear of; key <c>log</c>. Their counters move all the same.</summary>
public sealed record LogConfiguration
{
    /// <summary>Whether dangerous combinations of inner and outer ECN are told, once a second at most (B-025).</summary>
    public required bool EcnAnomalies { get; init; }
}
