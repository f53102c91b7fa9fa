//! Microsoft's permissions reference, as far as daemons need it.

/// 507 rules, a line each and sorted: the start of a path in lower case, what reading needs, what
/// writing needs. In a cell the least permission stands first and after it, in no order of worth,
/// those of other families that suffice as well. `A.Read.All` stands for `A.ReadWrite.All` too, and
/// `A*` for all that begin so. An empty cell leaves the answer to a shorter path, `-` says that
/// none is known (learn.microsoft.com/graph/permissions-reference).
pub(super) const RULES: &str = "\
admin/configurationmanagement/* | ConfigurationMonitoring.Read.All | ConfigurationMonitoring.ReadWrite.All ConfigurationMonitoring.Read.All
admin/people | PeopleSettings.Read.All |
admin/people/* |  | PeopleSettings.ReadWrite.All
admin/windows/updates/* | WindowsUpdates.Read.All | WindowsUpdates.ReadWrite.All
administrativeunits | AdministrativeUnit.Read.All Directory.Read.All | AdministrativeUnit.ReadWrite.All Directory.ReadWrite.All
administrativeunits/*/scopedrolemembers | RoleManagement.Read.Directory Directory.Read.All | RoleManagement.ReadWrite.Directory
applications | Application.Read.All Application.ReadWrite.OwnedBy Directory.Read.All | Application.ReadWrite.OwnedBy AppRegistration.Create Directory.Read.All Policy.* Synchronization.ReadWrite.All
applications/*/appmanagementpolicies |  | Application.Read.All Policy.ReadWrite.ApplicationConfiguration
applications/*/authorization |  | Application.ReadWrite.All
applications/*/federatedidentitycredentials |  | Application.ReadWrite.All Application.ReadWrite.OwnedBy
applications/*/federatedidentitycredentials/* | Application.ReadWrite.OwnedBy |
applications/*/pairwisebrokerembeddedappconfig |  | Application.ReadWrite.All Application.ReadWrite.OwnedBy
applications/*/synchronization/templates | Synchronization.Read.All Application.ReadWrite.OwnedBy |
applications/*/synchronization/templates/*/schema | Application.ReadWrite.OwnedBy Synchronization.Read.All |
applications/*/tokenissuancepolicies | Application.ReadWrite.OwnedBy Policy.* |
applications/*/tokenlifetimepolicies | Application.ReadWrite.OwnedBy Policy.* |
applications/agentidentityblueprint | - | -
auditlogs/* | AuditLog.Read.All Directory.Read.All ProvisioningLog.Read.All |
auditlogs/customsecurityattributeaudits | CustomSecAttributeAuditLogs.Read.All |
auditlogs/signins/* |  | IdentityRiskEvent.ReadWrite.All
chats | Chat.ReadBasic.All | Chat.Create
chats/* |  | -
chats/*/completemigration |  | Teamwork.Migrate.All
chats/*/installedapps | TeamsAppInstallation.ReadForChat.All Team* | TeamsAppInstallation.ReadWriteSelfForChat.All Team*
chats/*/members | ChatMember.Read.All Chat.ReadBasic.All | ChatMember.ReadWrite.All Chat.ReadWrite.All
chats/*/messages | Chat.Read.All Group.Read.All | Teamwork.Migrate.All Chat* Group.ReadWrite.All
chats/*/messages/*/hostedcontents/*/$value | - |
chats/*/permissiongrants | ResourceSpecificPermissionGrant.ReadForChat.All Team* |
chats/*/pinnedmessages | ChatMessage.Read.All Chat.Read.All |
chats/*/sendactivitynotification |  | TeamsActivity.Send
chats/*/startmigration |  | Teamwork.Migrate.All
chats/*/tabs | TeamsTab.Read.All Team* |
communications/callrecords/* | CallRecords.Read.All CallRecord-PstnCalls.Read.All |
communications/getpresencesbyuserid |  | Presence.Read.All
communications/onlinemeetings | OnlineMeetings.Read.All |
communications/presences | Presence.Read.All |
compliance/ediscovery/cases | eDiscovery.Read.All |
deviceappmanagement | DeviceManagementApps.Read.All DeviceManagementConfiguration.Read.All | DeviceManagementApps.ReadWrite.All DeviceManagementConfiguration.ReadWrite.All
deviceappmanagement/policysets | DeviceManagementConfiguration.Read.All | DeviceManagementConfiguration.ReadWrite.All DeviceManagementConfiguration.Read.All
deviceappmanagement/sideloadingkeys | DeviceManagementServiceConfig.Read.All DeviceManagementConfiguration.Read.All | DeviceManagementServiceConfig.ReadWrite.All DeviceManagementConfiguration.ReadWrite.All
deviceappmanagement/vpptokens | DeviceManagementServiceConfig.Read.All DeviceManagementConfiguration.Read.All | DeviceManagementServiceConfig.ReadWrite.All DeviceManagementConfiguration.ReadWrite.All
deviceappmanagement/windowsmanagementapp | DeviceManagementConfiguration.Read.All DeviceManagementManagedDevices.Read.All | -
devicemanagement | DeviceManagementConfiguration.Read.All DeviceManagement* | DeviceManagementConfiguration.ReadWrite.All DeviceManagement*
devicemanagement/androidmanagedstoreaccountenterprisesettings/addapps |  | DeviceManagementConfiguration.Read.All
devicemanagement/applepushnotificationcertificate/downloadapplepushnotificationcertificatesigningrequest | DeviceManagementServiceConfig.ReadWrite.All DeviceManagementConfiguration.ReadWrite.All |
devicemanagement/appleuserinitiatedenrollmentprofiles | DeviceManagementServiceConfig.Read.All | DeviceManagementServiceConfig.ReadWrite.All
devicemanagement/assignmentfilters/enable |  | DeviceManagementConfiguration.Read.All
devicemanagement/auditevents | DeviceManagementApps.Read.All | DeviceManagementApps.ReadWrite.All
devicemanagement/autopilotevents | DeviceManagementManagedDevices.Read.All | DeviceManagementManagedDevices.ReadWrite.All
devicemanagement/chromeosonboardingsettings/connect |  | DeviceManagementConfiguration.Read.All
devicemanagement/cloudcertificationauthority | DeviceManagementCloudCA.Read.All | DeviceManagementCloudCA.ReadWrite.All
devicemanagement/comanageddevices/* |  | -
devicemanagement/compliancepolicies/*/setscheduledactions |  | DeviceManagementConfiguration.Read.All
devicemanagement/configurationpolicies/*/reorder |  | DeviceManagementConfiguration.Read.All
devicemanagement/datasharingconsents |  | DeviceManagementServiceConfig.ReadWrite.All DeviceManagementConfiguration.ReadWrite.All
devicemanagement/deponboardingsettings | DeviceManagementServiceConfig.Read.All | DeviceManagementServiceConfig.ReadWrite.All DeviceManagementServiceConfig.Read.All
devicemanagement/detectedapps | DeviceManagementManagedDevices.Read.All DeviceManagementConfiguration.Read.All |
devicemanagement/detectedapps/*/manageddevices |  | -
devicemanagement/devicecompliancescripts |  | -
devicemanagement/deviceenrollmentconfigurations/createenrollmentnotificationconfiguration |  | DeviceManagementServiceConfig.Read.All DeviceManagementConfiguration.Read.All
devicemanagement/devicehealthscripts/* |  | -
devicemanagement/devicemanagementpartners/*/terminate |  | DeviceManagementServiceConfig.Read.All DeviceManagementConfiguration.Read.All
devicemanagement/devicemanagementscripts/*/devicerunstates/*/manageddevice/* |  | -
devicemanagement/enableunlicensedadminstrators |  | DeviceManagementServiceConfig.ReadWrite.All
devicemanagement/evaluateassignmentfilter |  | DeviceManagementConfiguration.Read.All
devicemanagement/geteffectivepermissions | DeviceManagementRBAC.Read.All |
devicemanagement/getsuggestedenrollmentlimit | DeviceManagementServiceConfig.Read.All |
devicemanagement/grouppolicymigrationreports/*/updatescopetags |  | DeviceManagementConfiguration.Read.All
devicemanagement/hardwareconfigurations/*/assignhardwareconfiguration |  | DeviceManagementConfiguration.Read.All
devicemanagement/importeddeviceidentities | DeviceManagementServiceConfig.Read.All | DeviceManagementServiceConfig.ReadWrite.All DeviceManagementServiceConfig.Read.All
devicemanagement/importedwindowsautopilotdeviceidentities | DeviceManagementServiceConfig.Read.All | DeviceManagementServiceConfig.ReadWrite.All
devicemanagement/intunebrandingprofiles | DeviceManagementApps.Read.All | DeviceManagementApps.ReadWrite.All
devicemanagement/manageddevices | DeviceManagementManagedDevices.Read.All DeviceManagementConfiguration.Read.All | DeviceManagementManagedDevices.ReadWrite.All DeviceManagementConfiguration.ReadWrite.All
devicemanagement/manageddevices/* |  | -
devicemanagement/manageddevices/*/* | - |
devicemanagement/microsofttunnelserverlogcollectionresponses/*/generatedownloadurl |  | DeviceManagementConfiguration.Read.All
devicemanagement/microsofttunnelsites/*/microsofttunnelservers/*/* |  | DeviceManagementConfiguration.Read.All
devicemanagement/microsofttunnelsites/*/requestupgrade |  | DeviceManagementConfiguration.Read.All
devicemanagement/mobileapptroubleshootingevents | DeviceManagementManagedDevices.Read.All DeviceManagementConfiguration.Read.All | DeviceManagementManagedDevices.ReadWrite.All DeviceManagement*
devicemanagement/notificationmessagetemplates | DeviceManagementServiceConfig.Read.All | DeviceManagementServiceConfig.ReadWrite.All
devicemanagement/oemwarrantyinformationonboarding/* |  | -
devicemanagement/operationapprovalrequests/* |  | -
devicemanagement/reportremoteassistance |  | DeviceManagementServiceConfig.Read.All DeviceManagementConfiguration.Read.All
devicemanagement/reportremotehelpsessionstarttime |  | DeviceManagementServiceConfig.Read.All DeviceManagementConfiguration.Read.All
devicemanagement/resourceaccessprofiles | DeviceManagementServiceConfig.Read.All | DeviceManagementServiceConfig.ReadWrite.All
devicemanagement/reusablepolicysettings/* |  | -
devicemanagement/telecomexpensemanagementpartners | DeviceManagementServiceConfig.Read.All | DeviceManagementServiceConfig.ReadWrite.All
devicemanagement/tenantattachrbac/enable |  | DeviceManagementConfiguration.Read.All DeviceManagementManagedDevices.Read.All
devicemanagement/termsandconditions | DeviceManagementServiceConfig.Read.All | DeviceManagementServiceConfig.ReadWrite.All
devicemanagement/troubleshootingevents | DeviceManagementManagedDevices.Read.All | DeviceManagementManagedDevices.ReadWrite.All
devicemanagement/userexperienceanalyticsdevicescope/triggerdevicescopeaction |  | DeviceManagementConfiguration.Read.All DeviceManagementManagedDevices.Read.All
devicemanagement/userexperienceanalyticsdevicescopes/*/triggerdevicescopeaction |  | DeviceManagementConfiguration.Read.All DeviceManagementManagedDevices.Read.All
devicemanagement/userexperienceanalyticsremoteconnection/summarizedeviceremoteconnection | DeviceManagementConfiguration.ReadWrite.All DeviceManagementManagedDevices.ReadWrite.All |
devicemanagement/userexperienceanalyticsresourceperformance/summarizedeviceresourceperformance | DeviceManagementConfiguration.ReadWrite.All DeviceManagementManagedDevices.ReadWrite.All |
devicemanagement/userexperienceanalyticssummarizeworkfromanywheredevices | DeviceManagementManagedDevices.ReadWrite.All DeviceManagementConfiguration.ReadWrite.All |
devicemanagement/verifywindowsenrollmentautodiscovery | DeviceManagementServiceConfig.ReadWrite.All DeviceManagementConfiguration.ReadWrite.All |
devicemanagement/virtualendpoint/* | CloudPC.Read.All | CloudPC.ReadWrite.All CloudPC.Read.All
devicemanagement/virtualendpoint/cloudpcs/*/getsupportedcloudpcremoteactions | CloudPC.ReadWrite.All |
devicemanagement/virtualendpoint/provisioningpolicies/*/assignments/*/usersettingspersistencedetail | CloudPC.ReadWrite.All |
devicemanagement/virtualendpoint/provisioningpolicies/retrieveuserprovisioningpolicies/* | CloudPC.ReadWrite.All |
devicemanagement/virtualendpoint/reports/exportjobs/* | CloudPC.ReadWrite.All |
devicemanagement/windowsautopilotdeploymentprofiles | DeviceManagementServiceConfig.Read.All | DeviceManagementServiceConfig.ReadWrite.All
devicemanagement/windowsautopilotdeviceidentities | DeviceManagementServiceConfig.Read.All | DeviceManagementServiceConfig.ReadWrite.All DeviceManagementServiceConfig.Read.All
devicemanagement/windowsautopilotsettings | DeviceManagementServiceConfig.Read.All | DeviceManagementServiceConfig.ReadWrite.All
devicemanagement/windowsdriverupdateprofiles/*/* |  | -
devicemanagement/windowsinformationprotectionapplearningsummaries | DeviceManagementApps.Read.All | DeviceManagementApps.ReadWrite.All
devicemanagement/windowsinformationprotectionnetworklearningsummaries | DeviceManagementApps.Read.All | DeviceManagementApps.ReadWrite.All
devicemanagement/windowsmalwareinformation | DeviceManagementManagedDevices.Read.All DeviceManagementConfiguration.Read.All | DeviceManagementManagedDevices.ReadWrite.All DeviceManagementConfiguration.ReadWrite.All
devicemanagement/zebrafotaconnector/* |  | -
devicemanagement/zebrafotadeployments/*/cancel |  | DeviceManagementConfiguration.Read.All
devices | Device.Read.All Directory.Read.All | Device.ReadWrite.All Directory.ReadWrite.All
devices/*/* |  | Application.Read.All AgentId* Device.Read.All Directory.Read.All Group* User.Read.All
devices/*/cloudlicensing/assignments |  | Device.ReadWrite.All Directory.ReadWrite.All
directory/administrativeunits | AdministrativeUnit.Read.All Directory.Read.All | AdministrativeUnit.ReadWrite.All Directory.ReadWrite.All Group*
directory/administrativeunits/*/scopedrolemembers | RoleManagement.Read.Directory Directory.Read.All | RoleManagement.ReadWrite.Directory
directory/attributesets | CustomSecAttributeDefinition.Read.All | CustomSecAttributeDefinition.ReadWrite.All
directory/customsecurityattributedefinitions | CustomSecAttributeDefinition.Read.All | CustomSecAttributeDefinition.ReadWrite.All
directory/externaluserprofiles | ExternalUserProfile.Read.All | ExternalUserProfile.ReadWrite.All
directory/federationconfigurations | IdentityProvider.Read.All | IdentityProvider.ReadWrite.All Domain.ReadWrite.All
directory/federationconfigurations/graph.samlorwsfedexternaldomainfederation | Domain.Read.All |
directory/inboundshareduserprofiles | CrossTenantUserProfileSharing.Read.All |
directory/outboundshareduserprofiles | CrossTenantUserProfileSharing.Read.All |
directory/pendingexternaluserprofiles | PendingExternalUserProfile.Read.All | PendingExternalUserProfile.ReadWrite.All
directory/publickeyinfrastructure/certificatebasedauthconfigurations |  | PublicKeyInfrastructure.ReadWrite.All
directory/recommendations | DirectoryRecommendations.Read.All | DirectoryRecommendations.ReadWrite.All
directoryroles | RoleManagement.Read.Directory Directory.Read.All | RoleManagement.ReadWrite.Directory
domains | Domain.Read.All Directory.Read.All | Domain.ReadWrite.All Domain-InternalFederation.ReadWrite.All
domains/*/federationconfiguration | - |
drives/* | Files.Read.All Group.Read.All Sites.* |
drives/*/* |  | Files.Read.All Sites.Read.All
drives/*/items/* |  | Files.ReadWrite.All Files.* Sites.*
drives/*/items/*/createuploadsession |  | Sites.ReadWrite.All
drives/*/items/*/officeactivities |  | Sites.ReadWrite.All Files.ReadWrite.All
drives/*/items/*/workbook/names/add |  | Sites.Read.All
drives/*/items/*/workbook/worksheets/*/names | Sites.Read.All |
drives/*/items/*/workbook/worksheets/*/names/add |  | Sites.Read.All
drives/*/root |  | Sites.ReadWrite.All Files.Read.All Sites.Read.All
drives/*/root/* |  | Files.ReadWrite.All Files.ReadWrite.AppFolder Sites.*
drives/*/root/createuploadsession |  | Sites.ReadWrite.All
drives/*/root/workbook/names/add |  | Sites.Read.All
drives/*/root/workbook/worksheets/*/names | Sites.Read.All |
drives/*/root/workbook/worksheets/*/names/add |  | Sites.Read.All
education/* | EduRoster.Read.All Directory.Read.All Edu* | EduRoster.ReadWrite.All Member.Read.Hidden
education/classes/*/* | - |
education/classes/*/assignments | EduAssignments.Read.All Edu* | EduAssignments.ReadWrite.All EduAssignments.ReadWriteBasic.All Notes.ReadWrite.All
education/classes/*/modules |  | EduCurricula.ReadWrite.All
education/me/assignments | EduAssignments.ReadBasic.All EduAssignments.ReadWriteBasic.All |
education/reports/* | EduReports-Reading.ReadAnonymous.All EduReports-Reading.Read.All |
education/reports/reflectcheckinresponses | EduReports-Reflect.ReadAnonymous.All EduReports-Reflect.Read.All |
education/users/*/assignments | EduAssignments.ReadBasic.All EduAssignments.ReadWriteBasic.All |
financials/companies/*/* |  | Financials.ReadWrite.All
groups | Group.ReadBasic.All Directory.Read.All Group* | Group.ReadWrite.All Directory.ReadWrite.All Group*
groups/*/* | Group.Read.All AgentId* Directory.Read.All GroupMember.Read.All User.Read.All |
groups/*/approleassignments | AppRoleAssignment.ReadWrite.All Directory.Read.All | AppRoleAssignment.ReadWrite.All
groups/*/assignlicense |  | LicenseAssignment.ReadWrite.All Directory.ReadWrite.All Group.ReadWrite.All
groups/*/calendar/calendarpermissions/* |  | Calendars.ReadWrite
groups/*/calendarview | Calendars.ReadBasic |
groups/*/checkmembergroups |  | GroupMember.ReadBasic.All AgentId* Application.Read.All Device.Read.All Directory.Read.All Group.ReadBasic.All User.Read.All
groups/*/checkmemberobjects |  | GroupMember.ReadBasic.All AgentId* Application.Read.All Device.Read.All Directory.Read.All Group.ReadBasic.All User.Read.All
groups/*/cloudlicensing/assignments |  | Directory.ReadWrite.All AgentId* Group.ReadWrite.All User.ReadWrite.All
groups/*/conversations | Group-Conversation.Read.All Group.Read.All |
groups/*/conversations/* |  | Group-Conversation.ReadWrite.All Group.ReadWrite.All
groups/*/drives | Files.Read.All Sites.Read.All |
groups/*/events/* | Calendars.Read Calendars.ReadBasic | Calendars.ReadWrite
groups/*/events/*/forward |  | Calendars.Read
groups/*/getmembergroups |  | GroupMember.ReadBasic.All Application.Read.All Device.Read.All Directory.Read.All Group.ReadBasic.All User.Read.All
groups/*/getmemberobjects |  | GroupMember.ReadBasic.All AgentId* Application.Read.All Device.Read.All Directory.Read.All Group.ReadBasic.All User.Read.All
groups/*/grouplifecyclepolicies | Directory.Read.All |
groups/*/memberof | GroupMember.ReadBasic.All Directory.Read.All Group.ReadBasic.All |
groups/*/members | GroupMember.ReadBasic.All Directory.Read.All Group.ReadBasic.All | GroupMember.ReadWrite.All Directory.ReadWrite.All Group.ReadWrite.All
groups/*/onenote/* | Notes.Read.All | Notes.ReadWrite.All Notes.Read.All
groups/*/onpremisessyncbehavior | Group-OnPremisesSyncBehavior.ReadWrite.All | Group-OnPremisesSyncBehavior.ReadWrite.All
groups/*/owners | GroupMember.Read.All Directory.Read.All Group.Read.All |
groups/*/photo | ProfilePhoto.Read.All Group.Read.All | ProfilePhoto.ReadWrite.All Group.ReadWrite.All
groups/*/photos | ProfilePhoto.Read.All Group.Read.All |
groups/*/planner/plans | Tasks.Read.All |
groups/*/settings | GroupSettings.Read.All Directory.Read.All Group.Read.All | GroupSettings.ReadWrite.All Directory.ReadWrite.All Policy.ReadWrite.Authorization
groups/*/sites/root | Sites.Read.All |
groups/*/threads | Group-Conversation.Read.All Group.Read.All | Group-Conversation.ReadWrite.All Group.ReadWrite.All
groups/*/transitivememberof | GroupMember.ReadBasic.All Directory.Read.All Group.ReadBasic.All |
groups/*/transitivemembers | GroupMember.ReadBasic.All Directory.Read.All Group.ReadBasic.All |
groups/onpremisessyncbehavior | Group-OnPremisesSyncBehavior.ReadWrite.All | Group-OnPremisesSyncBehavior.ReadWrite.All
identity/* | IdentityUserFlow.Read.All | IdentityUserFlow.ReadWrite.All
identity/apiconnectors | APIConnectors.ReadWrite.All | APIConnectors.ReadWrite.All
identity/authenticationeventlisteners | EventListener.Read.All | EventListener.ReadWrite.All
identity/authenticationeventsflows | EventListener.Read.All | EventListener.ReadWrite.All
identity/b2cuserflows/*/* | IdentityUserFlow.ReadWrite.All IdentityUserFlow.Read.All |
identity/b2xuserflows/*/* | IdentityUserFlow.ReadWrite.All IdentityUserFlow.Read.All |
identity/conditionalaccess/* | Policy.Read.All Policy.* | Policy.ReadWrite.ConditionalAccess Application.Read.All Policy.*
identity/conditionalaccess/authenticationcontextclassreferences | AuthenticationContext.Read.All Policy.Read.ConditionalAccess | AuthenticationContext.ReadWrite.All Policy.Read.ConditionalAccess
identity/conditionalaccess/plans/*/rules |  | -
identity/conditionalaccess/settings | Policy.Read.ConditionalAccess |
identity/continuousaccessevaluationpolicy | Policy.Read.All | Policy.Read.All Application.Read.All Policy.ReadWrite.ConditionalAccess
identity/customauthenticationextensions | CustomAuthenticationExtension.Read.All | CustomAuthenticationExtension.ReadWrite.All CustomAuthenticationExtension.Read.All
identity/events/onsignupstart | Policy.Read.All Policy.ReadWrite.ApplicationConfiguration | Policy.ReadWrite.ApplicationConfiguration
identity/identityproviders | IdentityProvider.Read.All | IdentityProvider.ReadWrite.All
identity/productchanges | ChangeManagement.Read.All |
identity/signinidentifiers | SignInIdentifier.Read.All | SignInIdentifier.ReadWrite.All
identity/spiffetrustdomains | SpiffeTrustDomain.Read.All | SpiffeTrustDomain.ReadWrite.All
identity/verifiedid/profiles | VerifiedId-Profile.Read.All |
identitygovernance/* | EntitlementManagement.Read.All |
identitygovernance/accessreviews/* | AccessReview.Read.All | AccessReview.ReadWrite.All AccessReview.Read.All
identitygovernance/accessreviews/historydefinitions | AccessReview.ReadWrite.All |
identitygovernance/accessreviews/policy | Policy.Read.All Policy.ReadWrite.AccessReview | Policy.ReadWrite.AccessReview
identitygovernance/appconsent/appconsentrequests | ConsentRequest.Read.All |
identitygovernance/entitlementmanagement/* |  | EntitlementManagement.ReadWrite.All EntitlementManagement.Read.All
identitygovernance/lifecycleworkflows/* | LifecycleWorkflows.Read.All LifecycleWorkflows-CustomExt.Read.All LifecycleWorkflows-Reports.Read.All LifecycleWorkflows-Workflow.ReadBasic.All | LifecycleWorkflows.ReadWrite.All LifecycleWorkflows-CustomExt.ReadWrite.All LifecycleWorkflows-Workflow.Activate LifecycleWorkflows-Workflow.ReadWrite.All
identitygovernance/lifecycleworkflows/lifecyclepolicies | LifecyclePolicies-AgentId.Read.All | LifecyclePolicies-AgentId.ReadWrite.All
identitygovernance/privilegedaccess/group/* | - |
identitygovernance/rolemanagementalerts/* | RoleManagementAlert.Read.Directory |
identityprotection/* | IdentityRiskEvent.Read.All |
identityprotection/riskyagents | IdentityRiskyAgent.Read.All |
identityprotection/riskyagents/* |  | IdentityRiskyAgent.ReadWrite.All
identityprotection/riskyserviceprincipals | IdentityRiskyServicePrincipal.Read.All | IdentityRiskyServicePrincipal.ReadWrite.All
identityprotection/riskyusers | IdentityRiskyUser.Read.All |
identityprotection/riskyusers/* |  | IdentityRiskyUser.ReadWrite.All
networkaccess/* |  | NetworkAccess.ReadWrite.All NetworkAccess.Read.All
oauth2permissiongrants | Directory.Read.All DelegatedPermissionGrant.ReadWrite.All | DelegatedPermissionGrant.ReadWrite.All Directory.ReadWrite.All
organization | DeviceManagementServiceConfig.Read.All DeviceManagementConfiguration.Read.All Directory.Read.All Organization.Read.All User.Read.All |
organization/* |  | Organization.ReadWrite.All DeviceManagement*
organization/*/* | Organization.Read.All |
organization/*/branding | OrganizationalBranding.Read.All Organization.Read.All | OrganizationalBranding.ReadWrite.All Organization.ReadWrite.All
organization/*/setmobiledevicemanagementauthority |  | DeviceManagementServiceConfig.ReadWrite.All DeviceManagementConfiguration.ReadWrite.All
places |  | Place.ReadWrite.All
places/* | Place.Read.All |
planner/* | Tasks.Read.All | Tasks.ReadWrite.All
planner/dependencies | Tasks.ReadWrite.All Tasks.Read.All |
planner/goals | Tasks.ReadWrite.All Tasks.Read.All |
policies/* | Policy.Read.All Application.Read.All Directory.Read.All Policy.* | Policy.ReadWrite.ApplicationConfiguration
policies/accessreviewpolicy |  | Policy.ReadWrite.AccessReview
policies/adminconsentrequestpolicy |  | Policy.ReadWrite.ConsentRequest Directory.ReadWrite.All
policies/authenticationflowspolicy |  | Policy.ReadWrite.AuthenticationFlows
policies/authenticationmethodspolicy | Policy.Read.AuthenticationMethod | Policy.ReadWrite.AuthenticationMethod
policies/authenticationstrengthpolicies |  | Policy.ReadWrite.ConditionalAccess Policy.ReadWrite.AuthenticationMethod
policies/authorizationpolicy |  | Policy.ReadWrite.Authorization
policies/b2bmanagementpolicies | Policy.Read.B2BManagementPolicy | Policy.ReadWrite.B2BManagementPolicy
policies/b2cauthenticationmethodspolicy |  | Policy.ReadWrite.AuthenticationMethod
policies/crosstenantaccesspolicy |  | Policy.ReadWrite.CrossTenantAccess
policies/crosstenantaccesspolicy/default/m365capabilities |  | Policy.ReadWrite.CrossTenantCapability
policies/crosstenantaccesspolicy/partners/*/m365capabilities |  | Policy.ReadWrite.CrossTenantCapability
policies/crosstenantaccesspolicy/templates | MultiTenantOrganization.Read.All | MultiTenantOrganization.ReadWrite.All
policies/deviceregistrationpolicy | Policy.Read.DeviceConfiguration | Policy.ReadWrite.DeviceConfiguration
policies/externalidentitiespolicy |  | Policy.ReadWrite.ExternalIdentities
policies/federatedtokenvalidationpolicy |  | Policy.ReadWrite.FedTokenValidation
policies/hybridauthenticationpolicy |  | Policy.ReadWrite.HybridAuthentication
policies/identitysecuritydefaultsenforcementpolicy |  | Policy.Read.All Policy.ReadWrite.*
policies/permissiongrantpolicies | Policy.Read.PermissionGrant Directory.Read.All | Policy.ReadWrite.PermissionGrant
policies/rolemanagementpolicies | RoleManagement.Read.Directory |
policies/rolemanagementpolicyassignments | RoleManagement.Read.All RoleManagement.Read.Directory |
reports/* | Reports.Read.All |
reports/authenticationmethods/userregistrationdetails | AuditLog.Read.All |
reports/conditionalaccess/* | AuditLog.Read.All |
reports/correlations | AuditLog.Read.All ProvisioningLog.Read.All |
reports/deviceconfigurationdeviceactivity | DeviceManagementConfiguration.Read.All |
reports/deviceconfigurationuseractivity | DeviceManagementConfiguration.Read.All |
reports/getappmanagementauditsummary | AuditLog.Read.All |
reports/getattacksimulationrepeatoffenders | AttackSimulation.Read.All |
reports/getattacksimulationsimulationusercoverage | AttackSimulation.Read.All |
reports/getattacksimulationtrainingusercoverage | AttackSimulation.Read.All |
reports/healthmonitoring/alertconfigurations | HealthMonitoringAlertConfig.Read.All |
reports/healthmonitoring/alerts | HealthMonitoringAlert.Read.All |
reports/manageddeviceenrollmentfailuredetails | DeviceManagementManagedDevices.ReadWrite.All |
reports/manageddeviceenrollmenttopfailures | DeviceManagementManagedDevices.ReadWrite.All |
reports/partners/billing | PartnerBilling.Read.All | PartnerBilling.Read.All
reports/reconciliations/provisioning | AuditLog.Read.All Synchronization.ReadWrite.All |
reports/security/* | AttackSimulation.Read.All |
reports/serviceactivity/* | - |
reports/userinsights | Insights-UserMetric.Read.All |
rolemanagement/cloudpc | CloudPC.Read.All DeviceManagementRBAC.Read.All Directory.Read.All RoleManagement* | DeviceManagementRBAC.ReadWrite.All CloudPC.ReadWrite.All Directory.ReadWrite.All RoleManagement*
rolemanagement/defender |  | RoleManagement.ReadWrite.Defender
rolemanagement/devicemanagement | DeviceManagementRBAC.Read.All CloudPC.Read.All DeviceManagementConfiguration.Read.All Directory.Read.All RoleManagement* | DeviceManagementRBAC.ReadWrite.All CloudPC.ReadWrite.All DeviceManagementConfiguration.ReadWrite.All Directory.ReadWrite.All RoleManagement*
rolemanagement/directory | RoleManagement.Read.Directory Directory.Read.All | RoleManagement.ReadWrite.Directory Directory.ReadWrite.All
rolemanagement/directory/roleassignmentscheduleinstances | RoleAssignmentSchedule.Read.Directory RoleManagement.Read.Directory |
rolemanagement/directory/roleassignmentschedulerequests | RoleAssignmentSchedule.ReadWrite.Directory RoleManagement.ReadWrite.Directory | RoleAssignmentSchedule.ReadWrite.Directory RoleAssignmentSchedule.Remove.Directory RoleEligibilitySchedule.Remove.Directory RoleManagement.ReadWrite.Directory
rolemanagement/directory/roleassignmentschedules | RoleAssignmentSchedule.Read.Directory RoleManagement.Read.Directory |
rolemanagement/directory/roleeligibilityscheduleinstances | RoleEligibilitySchedule.Read.Directory RoleManagement.Read.Directory |
rolemanagement/directory/roleeligibilityschedulerequests | RoleEligibilitySchedule.ReadWrite.Directory RoleManagement.ReadWrite.Directory | RoleEligibilitySchedule.ReadWrite.Directory RoleManagement.ReadWrite.Directory
rolemanagement/directory/roleeligibilityschedules | RoleEligibilitySchedule.Read.Directory RoleManagement.Read.Directory |
rolemanagement/directory/rolescheduleinstances | PrivilegedAccess.Read.AzureAD |
rolemanagement/directory/roleschedules | PrivilegedAccess.Read.AzureAD |
rolemanagement/entitlementmanagement | EntitlementManagement.Read.All RoleManagement.Read.Directory |
rolemanagement/exchange/* |  | RoleManagement.ReadWrite.Exchange
security/alerts | SecurityEvents.Read.All | SecurityEvents.ReadWrite.All
security/alerts_v2 | SecurityAlert.Read.All | SecurityAlert.ReadWrite.All SecurityAlert.Create.All
security/attacksimulation |  | AttackSimulation.ReadWrite.All
security/attacksimulation/* | AttackSimulation.Read.All |
security/casemanagement | CaseManagement.Read.All |
security/casemanagement/cases |  | CaseManagement.ReadWrite.All
security/cases/ediscoverycases | eDiscovery.Read.All | eDiscovery.ReadWrite.All eDiscovery.Read.All
security/cases/ediscoverycases/*/operations/* | eDiscovery.ReadWrite.All eDiscovery.Read.All |
security/cases/ediscoverycases/*/searches/*/* | eDiscovery.ReadWrite.All eDiscovery.Read.All |
security/incidents | SecurityIncident.Read.All | SecurityIncident.ReadWrite.All
security/partner | PartnerSecurity.Read.All |
security/rules | CustomDetection.Read.All | CustomDetection.ReadWrite.All
security/runhuntingquery |  | ThreatHunting.Read.All
security/securescorecontrolprofiles | SecurityEvents.Read.All | SecurityEvents.ReadWrite.All
security/securescores | SecurityEvents.Read.All |
security/securityactions | SecurityActions.Read.All |
security/securitycopilot/workspaces | SecurityCopilotWorkspaces.Read.All |
security/threatintelligence/* | ThreatIntelligence.Read.All |
security/threatsubmission | ThreatSubmission.Read.All ThreatSubmissionPolicy.ReadWrite.All | ThreatSubmission.ReadWrite.All
security/threatsubmission/emailthreatsubmissionpolices |  | ThreatSubmissionPolicy.ReadWrite.All
security/threatsubmission/emailthreatsubmissionpolicies |  | ThreatSubmissionPolicy.ReadWrite.All
security/tiindicators | ThreatIndicators.ReadWrite.OwnedBy | ThreatIndicators.ReadWrite.OwnedBy
security/usertags | CustomTags.Read.All | CustomTags.ReadWrite.All
serviceprincipals |  | Application.ReadWrite.OwnedBy Directory.Read.All Policy.*
serviceprincipals/*/* | Application.Read.All Application* Directory.Read.All |
serviceprincipals/*/approleassignedto |  | AppRoleAssignment.ReadWrite.All Application.Read.All Directory.Read.All
serviceprincipals/*/approleassignments |  | AppRoleAssignment.ReadWrite.All Application.Read.All Directory.Read.All
serviceprincipals/*/authorization |  | Application.ReadWrite.All
serviceprincipals/*/b2bmanagementpolicies | Policy.Read.B2BManagementPolicy |
serviceprincipals/*/checkmembergroups |  | Application.Read.All AgentId* Device.Read.All Directory.Read.All Group* User.Read.All
serviceprincipals/*/checkmemberobjects |  | Application.Read.All AgentId* Device.Read.All Directory.Read.All Group* User.Read.All
serviceprincipals/*/claimsmappingpolicies | Application.ReadWrite.OwnedBy Policy.* |
serviceprincipals/*/claimspolicy | Policy.ReadWrite.ApplicationConfiguration | Policy.ReadWrite.ApplicationConfiguration
serviceprincipals/*/createpasswordsinglesignoncredentials |  | Application.ReadWrite.All Directory.Read.All
serviceprincipals/*/delegatedpermissionclassifications |  | Policy.ReadWrite.PermissionGrant
serviceprincipals/*/deletepasswordsinglesignoncredentials |  | Application.ReadWrite.All Directory.Read.All
serviceprincipals/*/getmembergroups |  | Application.Read.All Device.Read.All Directory.Read.All Group* User.Read.All
serviceprincipals/*/getmemberobjects |  | Application.Read.All AgentId* Device.Read.All Directory.Read.All Group* User.Read.All
serviceprincipals/*/homerealmdiscoverypolicies | Application.ReadWrite.OwnedBy Policy.* |
serviceprincipals/*/inheritedapproleassignments |  | AppRoleAssignment.ReadWrite.All Application.Read.All Directory.Read.All
serviceprincipals/*/inheritedoauth2permissiongrants | Directory.Read.All DelegatedPermissionGrant.ReadWrite.All |
serviceprincipals/*/oauth2permissiongrants | Directory.Read.All DelegatedPermissionGrant.ReadWrite.All |
serviceprincipals/*/remotedesktopsecurityconfiguration |  | Application-RemoteDesktopConfig.ReadWrite.All Application.ReadWrite.OwnedBy Directory.ReadWrite.All
serviceprincipals/*/sponsors/* |  | -
serviceprincipals/*/synchronization | Synchronization.Read.All Application.ReadWrite.OwnedBy |
serviceprincipals/*/synchronization/* |  | Synchronization.ReadWrite.All Application.ReadWrite.OwnedBy
serviceprincipals/*/synchronization/jobs/*/bulkupload |  | SynchronizationData-User.Upload.OwnedBy SynchronizationData-User.Upload
serviceprincipals/*/synchronization/jobs/*/schema | - | -
serviceprincipals/*/synchronization/templates/*/schema | Application.ReadWrite.OwnedBy Synchronization.Read.All |
serviceprincipals/*/tokenlifetimepolicies | Application.ReadWrite.OwnedBy Policy.* |
serviceprincipals/*/updatepasswordsinglesignoncredentials |  | Application.ReadWrite.All Directory.Read.All
serviceprincipals/agentidentity |  | -
serviceprincipals/agentidentity/* | - |
serviceprincipals/agentidentityblueprintprincipal |  | -
serviceprincipals/agentidentityblueprintprincipal/* | - |
sites | Sites.Read.All Files.Read.All Sites.* | Sites.FullControl.All
sites/* |  | Sites.Manage.All Files.ReadWrite.All Sites.*
sites/*/archive |  | Sites.Archive.All Sites.FullControl.All
sites/*/contenttypes/* | Sites.FullControl.All Sites.* |
sites/*/contenttypes/*/* |  | Sites.FullControl.All Sites.*
sites/*/lists/*/contenttypes/getcompatiblehubcontenttypes | Sites.Manage.All Sites.FullControl.All |
sites/*/lists/*/items |  | Sites.ReadWrite.All Files.ReadWrite.All Sites.*
sites/*/migration |  | Sites.ReadWrite.All
sites/*/onenote/* | Notes.Read.All | Notes.ReadWrite.All Notes.Read.All
sites/*/pages |  | Sites.ReadWrite.All Files.ReadWrite.All Sites.*
sites/*/permissions | Sites.FullControl.All | Sites.FullControl.All
sites/*/unarchive |  | Sites.Archive.All Sites.FullControl.All
sites/getoperationstatus/* | Sites.FullControl.All |
subscribedskus | LicenseAssignment.Read.All Directory.Read.All Organization.Read.All |
teams | Team.ReadBasic.All Directory.Read.All Group.Read.All TeamSettings.Read.All | Team.Create Directory.ReadWrite.All Group.ReadWrite.All Teamwork.Migrate.All
teams/* |  | Group.ReadWrite.All Channel* Directory.ReadWrite.All Team*
teams/*/* | Channel.ReadBasic.All ChannelSettings.Read.All Directory.Read.All Group.Read.All |
teams/*/channels/*/* | - | -
teams/*/channels/*/allmembers | ChannelMember.Read.All |
teams/*/channels/*/members | ChannelMember.Read.All |
teams/*/channels/*/messages | ChannelMessage.Read.All Group.Read.All |
teams/*/channels/*/tabs | TeamsTab.Read.All Directory.Read.All Group.Read.All Team* |
teams/*/channels/getallmessages | ChannelMessage.Read.All |
teams/*/channels/getallretainedmessages | ChannelMessage.Read.All |
teams/*/completemigration |  | Teamwork.Migrate.All
teams/*/incomingchannels/* |  | Channel.Delete.All
teams/*/installedapps | TeamsAppInstallation.ReadForTeam.All Directory.Read.All Group.Read.All Team* |
teams/*/markactivitynotificationchainasinactionable |  | TeamsActivity.Send
teams/*/members | TeamMember.Read.All | TeamMember.ReadWrite.All TeamMember.ReadWriteNonOwnerRole.All
teams/*/permissiongrants | ResourceSpecificPermissionGrant.ReadForTeam.All Team* |
teams/*/recallactivitynotificationchainforrecipient |  | TeamsActivity.Send
teams/*/schedule | Schedule.Read.All SchedulePermissions.ReadWrite.All | Schedule.ReadWrite.All
teams/*/schedule/offershiftrequests | Schedule.ReadWrite.All Schedule.Read.All |
teams/*/schedule/shiftsroledefinitions |  | SchedulePermissions.ReadWrite.All Schedule.ReadWrite.All
teams/*/sendactivitynotification |  | TeamsActivity.Send
teams/*/tags | TeamworkTag.Read.All | TeamworkTag.ReadWrite.All
users | User.ReadBasic.All AgentId* DeviceManagement* Directory.Read.All User.ReadWrite.CrossCloud | User.ReadWrite.All AgentId* DeviceManagement* Directory.ReadWrite.All User-ConvertToInternal.ReadWrite.All User-Mail.ReadWrite.All User-PasswordProfile.ReadWrite.All User-Phone.ReadWrite.All User.*
users/*/* | User.Read.All AgentId* Directory.Read.All Group* User.ReadBasic.All |
users/*/adhoccalls/* | CallTranscripts.Read.All |
users/*/adhoccalls/*/recordings | CallRecordings.Read.All |
users/*/adhoccalls/getallrecordings | CallRecordings.Read.All |
users/*/agentsigninsessions | AuditLog.Read.All |
users/*/agentsigninsessions/*/revoke |  | User.RevokeSessions.All
users/*/approleassignedresources | Directory.Read.All AppRoleAssignment.ReadWrite.All |
users/*/approleassignments | AppRoleAssignment.ReadWrite.All Directory.Read.All | AppRoleAssignment.ReadWrite.All
users/*/assignlicense |  | LicenseAssignment.ReadWrite.All AgentId* Directory.ReadWrite.All User.ReadWrite.All
users/*/authentication | UserAuthenticationMethod.Read.All UserAuth* | UserAuthenticationMethod.ReadWrite.All UserAuth*
users/*/authentication/fido2methods | UserAuthMethod-Passkey.Read.All UserAuthenticationMethod.Read.All |
users/*/authentication/fido2methods/creationoptions | UserAuthMethod-Passkey.ReadWrite.All UserAuthenticationMethod.ReadWrite.All |
users/*/authentication/hardwareoathmethods/* |  | UserAuthMethod-HardwareOATH.ReadWrite.All UserAuthenticationMethod.ReadWrite.All
users/*/authentication/qrcodepinmethod | UserAuthMethod-QR.Read.All UserAuthenticationMethod.Read.All |
users/*/authentication/requirements | Policy.Read.All Policy.ReadWrite.AuthenticationMethod | Policy.ReadWrite.AuthenticationMethod
users/*/calendar/* |  | Calendars.ReadWrite
users/*/calendar/calendarview | Calendars.ReadBasic |
users/*/calendar/getschedule |  | Calendars.ReadBasic
users/*/calendargroups | Calendars.ReadBasic | Calendars.ReadWrite
users/*/calendars | Calendars.ReadBasic | Calendars.ReadWrite
users/*/calendarview | Calendars.ReadBasic |
users/*/chats | Chat.ReadBasic.All |
users/*/chats/* | Chat.Read.All Chat* Group.Read.All |
users/*/checkmembergroups |  | Application.Read.All AgentId* Device.Read.All Directory.Read.All Group* User.Read.All
users/*/checkmemberobjects |  | Application.Read.All AgentId* Device.Read.All Directory.Read.All Group* User.Read.All
users/*/cloudpcs/* | CloudPC.Read.All |
users/*/cloudpcs/*/* |  | CloudPC.ReadWrite.All
users/*/communications/callsettings | CallDelegation.Read.All |
users/*/communications/callsettings/delegates |  | CallDelegation.ReadWrite.All
users/*/communications/meetingtemplates | OnlineMeetings.Read.All |
users/*/contactfolders | Contacts.Read | Contacts.ReadWrite
users/*/contacts | Contacts.Read | Contacts.ReadWrite
users/*/contacts/*/onpremisessyncbehavior | Contacts-OnPremisesSyncBehavior.ReadWrite.All | Contacts-OnPremisesSyncBehavior.ReadWrite.All
users/*/contacts/onpremisessyncbehavior | Contacts-OnPremisesSyncBehavior.ReadWrite.All | Contacts-OnPremisesSyncBehavior.ReadWrite.All
users/*/datasecurityandgovernance/* |  | -
users/*/datasecurityandgovernance/activities | - |
users/*/distributionlists | Contacts.Read | Contacts.ReadWrite
users/*/drives | Files.Read.All Sites.Read.All |
users/*/employeeexperience | - |
users/*/employeeexperience/storyline/* |  | EngagementConversation.Migration.All Storyline.ReadWrite.All
users/*/employeeexperience/storyline/unfollow |  | Storyline.ReadWrite.All
users/*/events | Calendars.ReadBasic | Calendars.ReadWrite Mail.ReadWrite
users/*/events/*/attachments | Calendars.Read |
users/*/events/*/forward |  | Calendars.Read
users/*/events/delta | Calendars.Read Calendars.ReadBasic |
users/*/exportdeviceandappmanagementdata | DeviceManagementServiceConfig.Read.All DeviceManagementConfiguration.Read.All |
users/*/exportpersonaldata |  | User.Export.All
users/*/followedsites |  | Sites.ReadWrite.All
users/*/getmailtips |  | Mail.Read MailTips.ReadBasic.All
users/*/getmanagedappdiagnosticstatuses | DeviceManagementApps.Read.All |
users/*/getmanagedapppolicies | DeviceManagementApps.Read.All |
users/*/getmanageddeviceswithappfailures | DeviceManagementManagedDevices.Read.All |
users/*/getmanageddeviceswithfailedorpendingapps | DeviceManagementManagedDevices.Read.All |
users/*/getmembergroups |  | Application.Read.All Device.Read.All Directory.Read.All Group* User.Read.All
users/*/getmemberobjects |  | Application.Read.All AgentId* Device.Read.All Directory.Read.All Group* User.Read.All
users/*/getteamslicensingdetails | User.ReadWrite.All AgentId* |
users/*/homesite | Sites.Read.All |
users/*/inferenceclassification/overrides | Mail.Read | Mail.ReadWrite
users/*/informationprotection/policy/labels | InformationProtectionPolicy.Read.All |
users/*/informationprotection/policy/labels/evaluateapplication |  | InformationProtectionPolicy.Read.All
users/*/insights/* | Sites.Read.All |
users/*/invalidateallrefreshtokens |  | User.RevokeSessions.All
users/*/ismanagedappuserblocked | DeviceManagementConfiguration.Read.All DeviceManagementApps.Read.All |
users/*/joinedteams | Team.ReadBasic.All AgentId* Directory.Read.All TeamSettings.Read.All User.Read.All |
users/*/joinedteams/* | Schedule.Read.All |
users/*/licensedetails | LicenseAssignment.Read.All AgentId* Directory.Read.All User.Read.All |
users/*/mailboxsettings | MailboxSettings.Read | MailboxSettings.ReadWrite
users/*/mailfolders | Mail.ReadBasic.All | Mail.ReadWrite
users/*/mailfolders/*/operations | Mail.Read |
users/*/mailfolders/*/userconfigurations |  | MailboxConfigItem.ReadWrite
users/*/mailfolders/*/userconfigurations/* | MailboxConfigItem.Read |
users/*/mailfolders/inbox/messagerules | MailboxSettings.Read | MailboxSettings.ReadWrite
users/*/memberof | Directory.Read.All Group* |
users/*/memberof/* | User.Read.All |
users/*/messages | Mail.ReadBasic.All | Mail.ReadWrite Calendars.ReadWrite
users/*/messages/* | Mail.Read Mail.ReadBasic.All |
users/*/messages/*/forward |  | Mail.Send
users/*/messages/*/reply |  | Mail.Send
users/*/messages/*/replyall |  | Mail.Send
users/*/messages/*/send |  | Mail.Send
users/*/messages/*/unsubscribe |  | Mail.Send
users/*/messages/delta | Mail.ReadBasic.All |
users/*/mobileappintentandstates | DeviceManagementManagedDevices.Read.All | DeviceManagementManagedDevices.ReadWrite.All
users/*/notes | ShortNotes.Read.All | ShortNotes.ReadWrite.All
users/*/oauth2permissiongrants | Directory.Read.All DelegatedPermissionGrant.ReadWrite.All |
users/*/onenote/* | Notes.Read.All | Notes.ReadWrite.All Notes.Read.All
users/*/onlinemeetings | OnlineMeetings.Read.All | OnlineMeetings.ReadWrite.All OnlineMeetings.Read.All
users/*/onlinemeetings/*/* | OnlineMeetingArtifact.Read.All OnlineMeetings.Read.All |
users/*/onlinemeetings/*/getvirtualappointmentjoinweburl | VirtualAppointment.Read.All |
users/*/onlinemeetings/*/recordings | OnlineMeetingRecording.Read.All |
users/*/onlinemeetings/*/registration | OnlineMeetings.ReadWrite.All OnlineMeetings.Read.All |
users/*/onlinemeetings/*/sendvirtualappointmentremindersms |  | VirtualAppointmentNotification.Send
users/*/onlinemeetings/*/sendvirtualappointmentsms |  | VirtualAppointmentNotification.Send
users/*/onlinemeetings/*/transcripts | OnlineMeetingTranscript.Read.All |
users/*/onlinemeetings/*/virtualappointment | VirtualAppointment.Read.All |
users/*/onlinemeetings/getallrecordings | OnlineMeetingRecording.Read.All |
users/*/onlinemeetings/getalltranscripts | OnlineMeetingTranscript.Read.All |
users/*/onpremisessyncbehavior | User-OnPremisesSyncBehavior.ReadWrite.All | User-OnPremisesSyncBehavior.ReadWrite.All
users/*/outlook/mastercategories | MailboxSettings.Read | MailboxSettings.ReadWrite
users/*/pendingaccessreviewinstances/*/batchrecorddecisions |  | AccessReview.ReadWrite.All
users/*/people | People.Read.All |
users/*/permissiongrants | ResourceSpecificPermissionGrant.ReadForUser.All Team* |
users/*/photo | ProfilePhoto.Read.All User.* | ProfilePhoto.ReadWrite.All AgentId* User.ReadWrite.All
users/*/photos | ProfilePhoto.Read.All User.ReadBasic.All |
users/*/planner | Tasks.Read.All |
users/*/presence | Presence.Read.All |
users/*/presence/* |  | Presence.ReadWrite.All
users/*/reminderview/* | Calendars.Read Calendars.ReadBasic |
users/*/revokesigninsessions |  | User.RevokeSessions.All AgentId* Directory.ReadWrite.All User.ReadWrite.All
users/*/scopedrolememberof | Directory.Read.All |
users/*/security | - |
users/*/security/informationprotection/sensitivitylabels/* |  | InformationProtectionPolicy.Read.All
users/*/sendmail |  | Mail.Send
users/*/settings/shiftpreferences | UserShiftPreferences.Read.All | UserShiftPreferences.ReadWrite.All
users/*/solutions | Schedule-WorkingTime.ReadWrite.All |
users/*/solutions/workingtimeschedule |  | Schedule-WorkingTime.ReadWrite.All
users/*/tasks/lists/*/tasks/* | Tasks.Read | Tasks.ReadWrite
users/*/tasks/lists/*/tasks/*/checklistitems/* | Tasks.Read.All | Tasks.ReadWrite.All
users/*/teamwork | UserTeamwork.Read.All |
users/*/teamwork/* | TeamworkTargetedMessage.Read.All | TeamsActivity.Send
users/*/teamwork/associatedteams | Team.ReadBasic.All TeamSettings.Read.All |
users/*/teamwork/installedapps | TeamsAppInstallation.ReadForUser.All Team* | TeamsAppInstallation.ReadWriteSelfForUser.All Team*
users/*/teamwork/sections | TeamworkSection.Read.All | TeamworkSection.ReadWrite.All Teamwork.Migrate.All
users/*/todo/lists | Tasks.Read.All | Tasks.ReadWrite.All
users/*/trendingaround | Sites.Read.All |
users/*/unblockmanagedapps |  | DeviceManagementConfiguration.ReadWrite.All DeviceManagementApps.ReadWrite.All
users/*/wipeandblockmanagedapps |  | DeviceManagementConfiguration.ReadWrite.All DeviceManagementApps.ReadWrite.All
users/*/wipemanagedappregistrationsbyazureaddeviceid |  | DeviceManagementConfiguration.Read.All DeviceManagementApps.Read.All
users/*/wipemanagedappregistrationsbydevicetag |  | DeviceManagementApps.ReadWrite.All
users/delta | User.Read.All AgentId* Directory.Read.All |
users/getmanagedappblockedusers | DeviceManagementConfiguration.Read.All DeviceManagementApps.Read.All |
users/onpremisessyncbehavior | User-OnPremisesSyncBehavior.ReadWrite.All | User-OnPremisesSyncBehavior.ReadWrite.All
users/security/informationprotection/sensitivitylabels/* |  | InformationProtectionPolicy.Read.All
";
