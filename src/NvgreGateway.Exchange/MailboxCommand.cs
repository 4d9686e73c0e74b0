namespace NvgreGateway.Exchange;

/// <summary>What control may ask of the housekeeping thread.</summary>
public enum MailboxCommand : uint
{
    /// <summary>Nothing; acknowledges that the thread lives.</summary>
    Ping,

    /// <summary>Start forwarding: the tables are complete (F-008).</summary>
    Forward,

    /// <summary>Reopen a port (argument: its index) that vanished, or with a value of 1 one that is there.</summary>
    ReopenPort,
}
