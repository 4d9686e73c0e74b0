namespace NvgreGateway.Exchange;

/// <summary>What the data process says it is doing (<see cref="GatewayMemory.Phase"/>).</summary>
public enum DataPhase : ulong
{
    /// <summary>Opening its ports; also what the supervisor writes when it has died.</summary>
    Starting,

    /// <summary>Ports ready and stopped.</summary>
    Ready,

    /// <summary>Forwarding.</summary>
    Forwarding,

    /// <summary>Stopping.</summary>
    Stopping,

    /// <summary>It could not start: <see cref="DataState.Failure"/>.</summary>
    Failed,
}
