namespace NvgreGateway.Control.Configuration;

/// <summary>What the operator asks of a segment or a peer; key <c>adminState</c> (E-026, A-089, A-093).</summary>
public enum AdminState
{
    /// <summary>In use.</summary>
    Up,

    /// <summary>Out of use in both directions.</summary>
    Down,
}
